"""The code of a test, with proxies in place of the candidate's functions, and assertions that explain themselves."""
import ast
import builtins


def compiled(source, is_relaxed, namespace, session):
    tree = ast.parse(source)
    unknown = names_of(tree) - set(namespace)
    own = {name for name in unknown if not hasattr(builtins, name)}
    if not own and not calls_of_candidate(tree, namespace):
        own = session.optional = called_in(tree) & unknown
    for name in own:
        namespace[name] = Proxy(name, session.call)
    tree = (Relaxed() if is_relaxed else Explained(source)).visit(tree)
    namespace["_equal_"] = equal
    return compile(ast.fix_missing_locations(tree), "<test>", "exec")


def names_of(tree):
    """Names that the code reads and never sets."""
    names = [each for each in ast.walk(tree) if isinstance(each, ast.Name)]
    own = {each.id for each in names if not isinstance(each.ctx, ast.Load)}
    for each in ast.walk(tree):
        if isinstance(each, (ast.FunctionDef, ast.ClassDef)):
            own.add(each.name)
        elif isinstance(each, ast.arg):
            own.add(each.arg)
        elif isinstance(each, ast.alias):
            own.add((each.asname or each.name).split(".")[0])
    return {each.id for each in names} - own


def calls_of_candidate(tree, namespace):
    """Whether a test names a function that is known to be the candidate's, or one that the set-up defines and may call it."""
    values = [namespace.get(each.id) for each in ast.walk(tree) if isinstance(each, ast.Name)]
    return any(isinstance(each, Proxy) or getattr(each, "__module__", None) == "judge" for each in values)


def called_in(tree):
    """Built-in functions that a test calls: where it calls nothing else, one of them is what the candidate should define."""
    calls = [each.func.id for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    return {name for name in calls if hasattr(builtins, name) and not is_exception(getattr(builtins, name))}


def is_exception(value):
    return isinstance(value, type) and issubclass(value, BaseException)


class Explained(ast.NodeTransformer):
    """`assert a == b` without a message says what both are."""

    def __init__(self, source):
        self.source = source

    def visit_Assert(self, node):
        test = node.test
        is_equation = isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)
        if node.msg is not None or not is_equation:
            return node
        said = ast.Constant(ast.get_source_segment(self.source, test.left) or "")
        call = ast.Call(ast.Name("_equal_", ast.Load()), [test.left, test.comparators[0], said], [])
        return ast.copy_location(ast.Expr(call), node)


class Unequal(AssertionError):
    def __init__(self, detail):
        super().__init__()
        self.detail = detail


def equal(left, right, said):
    if not (left == right):
        raise Unequal("%s gave %s, expected %s" % (said[:300], shown(left), shown(right)))


def shown(value):
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "..."


class Relaxed(ast.NodeTransformer):
    """Assertions are evaluated and forgotten, so that every call of a test becomes known at once."""

    def visit_Assert(self, node):
        forget = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
        return ast.copy_location(ast.Try([ast.Expr(node.test)], [forget], [], []), node)
