"""Exceptions of the candidate, made again on the side of the test from what was told of them."""
import builtins

RAISED = {}
# An exception of this type cannot be made without those that it holds.
GROUP = getattr(builtins, "BaseExceptionGroup", ())


def exception_of(told, knows_stop):
    """An exception of the built-in type of this name, or of a type of this name and base, that says the message."""
    name, message, base_name, args, group = [*told, None, None][:5]
    if group and GROUP:
        return group_of(name[:MAX_NAME], group, knows_stop)
    kind = kind_of(name[:MAX_NAME], base_of(base_name, knows_stop), {"__str__": lambda self: self.said})
    error = made(kind, args_in(args, message))
    error.said = message
    error.is_of_candidate = True
    return error


def kind_of(name, base, members):
    if (name, base) not in RAISED:
        RAISED[name, base] = type(name, (base,), members)
    return RAISED[name, base]


def args_in(args, message):
    """Arguments of an exception; its message where they are no plain data."""
    try:
        return tuple(decoded(args))
    except (ValueError, TypeError, RecursionError, OverflowError):
        return (message,)


def made(kind, args):
    """With what its base makes of the arguments, such as `errno`; some bases take only arguments of a certain form."""
    try:
        return kind(*args)
    except Exception:
        error = kind.__new__(kind)
        error.args = args
        return error


def group_of(name, group, knows_stop):
    members = [exception_of(each, knows_stop) for each in group[1]]
    error = kind_of(name, builtins.ExceptionGroup, {})(group[0], members)
    error.is_of_candidate = True
    return error


def base_of(name, knows_stop):
    """A `StopIteration` would end a loop of the test such as `map` in silence: there it is another error."""
    base = getattr(builtins, name, None)
    if not isinstance(base, type) or not issubclass(base, Exception) or issubclass(base, GROUP):
        return Exception
    return RuntimeError if issubclass(base, StopIteration) and not knows_stop else base
