"""Answers that are not known yet, where calls are collected."""


class Wild:
    """Stands for an answer that is not known yet, where calls are collected."""

    def __getattr__(self, _):
        return self

    def __call__(self, *_, **__):
        return self

    def __bool__(self):
        return True

    def __hash__(self):
        return 1

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 1

    def __int__(self):
        return 1

    def __index__(self):
        return 1

    def __float__(self):
        return 1.0


def always(result):
    return lambda self, *_: self if result is None else result


for _name in "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow neg abs and rand or ror round getitem".split():
    setattr(Wild, "__%s__" % _name, always(None))
for _name in "eq lt le gt ge contains".split():
    setattr(Wild, "__%s__" % _name, always(True))
Wild.__ne__ = always(False)
WILD = Wild()
