# SPDX-License-Identifier: MIT
"""Finds places in gradient code that can be changed, and proposes the changes.

Gradient code is what stands inside the functions given to edge(...), and the functions named below: those that only
gradients use. Left out are refusals of bad arguments (the tests of errors watch those) and how a kernel cuts its work
into pieces, which by design changes no result.
"""
import os
from dataclasses import dataclass, field

import clang.cindex as clang

EVERYTHING = object()
# Functions, and lambdas kept in a variable, that only gradients use.
GRADIENT_FUNCTIONS = {
    "core/ops/arithmetic.cpp": ["share_of_first", "log_of_base"],
    "core/ops/elementwise.cpp": ["relu_grad"],
    "core/ops/reduce.cpp": ["share_of_max"],
    "core/ops/shape_ops.cpp": ["unslice"],
    "core/ops/index.cpp": ["scatter_add"],
    "core/ops/broadcast.cpp": ["sum_to"],
    "core/ops/local_response_norm.cpp": ["channel_window_sum", "composed_grad"],
    "core/backward.cpp": ["accumulate", "add"],
    "losses/reduction.cpp": ["factor"],
    "losses/binary_cross_entropy.cpp": ["bounded_log_of", "gradient"],
    "losses/mse_loss.cpp": ["gradient"],
    "losses/cross_entropy.cpp": ["spread"],
    "core/kernels/reference/conv2d.cpp": ["conv2d_input_grad", "conv2d_weight_grad"],
    "core/kernels/reference/pool2d.cpp": ["max_pool2d_grad", "avg_pool2d_grad"],
    "core/kernels/reference/lrn.cpp": ["local_response_norm_grad"],
    "core/kernels/fast/conv2d_input_grad.h": EVERYTHING,
    "core/kernels/fast/conv2d_weight_grad.h": EVERYTHING,
    "core/kernels/fast/pool2d.h": ["max_pool2d_grad", "avg_pool2d_grad"],
    "core/kernels/fast/lrn.h": ["local_response_norm_grad"],
}
# What a tensor is asked for its shape or type only: its values do not matter.
SHAPE_ONLY = {"zeros_like", "ones_like", "size", "dtype"}
# How work is cut into pieces: sizes of tiles, blocks and tasks, and of memory that is at least large enough.
CUTTING_VARIABLES = {"batch", "height", "longest", "most", "narrow", "products", "task_taps", "width"}
CUTTING_TYPES = {"PoolBlock", "Scratch"}
CUTTING_FUNCTIONS = {"end_of_block"}

SWAPPED = {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"],
           "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"], "+=": ["=", "-="], "-=": ["+=", "="], "*=": ["/="],
           "/=": ["*="]}
OPERATORS = set(SWAPPED) | {"!", "=", "()", "[]"}
# Members of a geometry, and loop variables, that are easily taken for one another.
CONFUSED = {"h": ["w"], "w": ["h"], "oh": ["ow"], "ow": ["oh"], "kh": ["kw"], "kw": ["kh"], "n": ["c"], "c": ["o", "n"],
            "o": ["c"], "groups": ["1"], "stride_h": ["stride_w", "dil_h"], "stride_w": ["stride_h", "dil_w"],
            "dil_h": ["dil_w", "stride_h"], "dil_w": ["dil_h", "stride_w"], "pad_h": ["pad_w", "0"],
            "pad_w": ["pad_h", "0"], "pad": ["0"], "stride": ["dil"], "dil": ["stride"], "alpha": ["beta"],
            "beta": ["alpha", "k"], "dim": ["size"]}
CONFUSED_NAMES = {"ky": ["kx"], "kx": ["ky"], "oy": ["ox"], "ox": ["oy"], "iy": ["ix"], "ix": ["iy"], "py": ["px"],
                  "px": ["py"], "top": ["left"], "left": ["top"], "group_c": ["group_o"], "group_o": ["group_c"],
                  "in": ["out"], "out": ["in"], "before": ["after"], "after": ["before"]}
K = clang.CursorKind
LOOPS = (K.FOR_STMT, K.WHILE_STMT, K.DO_STMT)


@dataclass
class Place:
    start: int
    end: int
    op: str
    statement: bool = False
    mutants: list = field(default_factory=list)  # texts
    inner: list = field(default_factory=list)


def tensor_type(cursor):
    return cursor.type.get_canonical().spelling.replace("const ", "").rstrip("& ") == "yhat::Tensor"


class File:
    """The places of one file. `unit` is the source that is compiled: the file itself, or one that includes it."""

    def __init__(self, root, path, unit, arguments):
        self.path = path
        with open(os.path.join(root, path), "rb") as file:
            self.source = file.read()
        unit = clang.Index.create().parse(os.path.join(root, unit), args=arguments)
        errors = [d for d in unit.diagnostics if d.severity >= clang.Diagnostic.Error]
        if errors:
            raise SystemExit(f"{path}: {errors[0]}")
        self.places = {}
        self.loop_starts = set()  # of kernels: one step too early is seen by address sanitizer, as one too far is
        self.op = ""
        for cursor in unit.cursor.get_children():
            location = cursor.extent.start.file
            if location and location.name.endswith(path):
                self.find(cursor)

    def text(self, start, end):
        return self.source[start:end].decode()

    def text_of(self, cursor):
        return self.text(cursor.extent.start.offset, cursor.extent.end.offset)

    def line(self, offset):
        return self.source.count(b"\n", 0, offset) + 1

    def place(self, start, end, statement=False):
        place = self.places.setdefault((start, end), Place(start, end, self.op))
        place.statement = place.statement or statement
        return place

    def mutate(self, cursor, *texts, statement=False):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        place = self.place(start, end, statement)
        original = self.text(start, end)
        for text in texts:
            if text != original and text not in place.mutants:
                place.mutants.append(text)

    def plant(self, original, mutant, name):
        """A fault written by hand, by its text: the only place where `original` stands."""
        found = self.source.decode().count(original)
        if found != 1:
            raise SystemExit(f"planted fault '{name}': found {found} times in {self.path}: {original}")
        start = self.source.index(original.encode())
        place = self.place(start, start + len(original.encode()))
        place.op = place.op or name
        if mutant not in place.mutants:
            place.mutants.append(mutant)

    # --- Finding gradient code ---

    def find(self, cursor):
        outer = self.op
        if cursor.kind == K.CALL_EXPR and cursor.spelling == "record":
            name = next((c for c in cursor.walk_preorder() if c.kind == K.STRING_LITERAL), None)
            first = next(cursor.get_arguments(), None)
            if name and first and name.extent.start.offset == first.extent.start.offset:
                self.op = name.spelling.strip('"')
        if cursor.kind == K.CALL_EXPR and cursor.spelling == "edge":
            for child in cursor.walk_preorder():
                if child.kind == K.LAMBDA_EXPR:
                    self.function(child)
                    self.op = outer
                    return
        wanted = GRADIENT_FUNCTIONS.get(self.path, [])
        if cursor.kind in (K.FUNCTION_DECL, K.FUNCTION_TEMPLATE, K.CXX_METHOD) and cursor.is_definition():
            self.op = cursor.spelling
            if cursor.spelling in CUTTING_FUNCTIONS:
                self.op = outer
                return
            if wanted is EVERYTHING or cursor.spelling in wanted:
                self.function(cursor)
                self.op = outer
                return
        if cursor.kind == K.VAR_DECL and wanted is not EVERYTHING and cursor.spelling in wanted:
            self.function(next(c for c in cursor.walk_preorder() if c.kind == K.LAMBDA_EXPR))
            self.op = outer
            return
        for child in cursor.get_children():
            self.find(child)
        self.op = outer

    def function(self, function):
        """`function` computes a gradient; the first parameter of a vjp is the incoming one, the rest it saved."""
        is_vjp = function.kind == K.LAMBDA_EXPR
        parameters = [c for c in function.get_children() if c.kind == K.PARM_DECL and tensor_type(c)]
        tensors = [c.spelling for c in function.get_children() if c.kind == K.VARIABLE_REF and tensor_type(c)]
        upstream = parameters[0].spelling if is_vjp and parameters else None
        tensors += [p.spelling for p in parameters if p.spelling and p.spelling != upstream]
        for child in function.get_children():
            if child.kind == K.COMPOUND_STMT:
                self.visit(child, upstream, tensors)

    def visit(self, cursor, upstream, tensors):
        if cursor.kind == K.IF_STMT and (any(c.kind == K.CXX_THROW_EXPR for c in cursor.walk_preorder()) or
                                         self.text_of(cursor).endswith((") return", ") continue"))):
            return
        if cursor.kind == K.VAR_DECL and (cursor.spelling in CUTTING_VARIABLES or
                                          cursor.type.spelling.replace("const ", "").split("::")[-1] in CUTTING_TYPES):
            return
        if cursor.kind == K.CALL_EXPR and cursor.spelling == "edge":
            self.find(cursor)  # a vjp inside a gradient: it has an incoming gradient of its own
            return
        if cursor.kind == K.CALL_EXPR and cursor.spelling == "constant":
            return  # an input that observers are told of, without a gradient
        if cursor.kind == K.FOR_STMT and self.path.startswith("core/kernels/"):
            start = next(cursor.get_children())
            self.loop_starts.update(c.extent.start.offset for c in start.walk_preorder() if c.kind == K.INTEGER_LITERAL)
        self.propose(cursor, upstream, tensors)
        if cursor.kind == K.CALL_EXPR and cursor.spelling in SHAPE_ONLY:
            return
        children = list(cursor.get_children())
        if cursor.kind == K.LAMBDA_EXPR:  # not its captures and parameters
            children = [c for c in children if c.kind == K.COMPOUND_STMT]
        if cursor.kind == K.COMPOUND_STMT or cursor.kind in LOOPS:
            bodies = children if cursor.kind == K.COMPOUND_STMT else children[-1:]
            for child in bodies:
                if child.kind in (K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR):
                    self.mutate(child, "void()", statement=True)
        if cursor.kind == K.CALL_EXPR and self.text_of(cursor).startswith("parallel_for("):
            del children[2]  # the function, the range, the grain, the body
        for child in children:
            self.visit(child, upstream, tensors)

    # --- Proposing changes ---

    def propose(self, cursor, upstream, tensors):
        children = list(cursor.get_children())
        kind = cursor.kind
        name = cursor.spelling
        if kind in (K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(cursor, children[0], children[1])
        elif kind == K.CALL_EXPR and name.startswith("operator") and not name[8:].isalnum():
            operands = [c for c in children if self.text_of(c) not in OPERATORS]  # the operator is a child as well
            if name in ("operator()", "operator[]", "operator->"):
                return
            if len(operands) == 2:
                self.binary(cursor, operands[0], operands[1])
            elif len(operands) == 1 and self.text_of(cursor).startswith(("-", "!")):
                self.mutate(cursor, self.text_of(operands[0]))
        elif kind == K.UNARY_OPERATOR:
            text = self.text_of(cursor)
            if text[0] in "!-" and not text.startswith("!="):  # a != b is seen as !(a == b)
                self.mutate(cursor, self.text_of(children[0]))
        elif kind == K.CXX_BOOL_LITERAL_EXPR:
            self.mutate(cursor, "false" if self.text_of(cursor) == "true" else "true")
        elif kind == K.INTEGER_LITERAL:
            self.mutate(cursor, f"{self.text_of(cursor)} + 1")
            if cursor.extent.start.offset not in self.loop_starts:
                self.mutate(cursor, f"{self.text_of(cursor)} - 1")
        elif kind == K.FLOATING_LITERAL:
            if float(self.text_of(cursor)) != 0:
                self.mutate(cursor, f"2 * {self.text_of(cursor)}")
            self.mutate(cursor, f"{self.text_of(cursor)} + 1")
        elif kind == K.CONDITIONAL_OPERATOR:
            self.mutate(cursor, self.text_of(children[1]), self.text_of(children[2]))
        elif kind == K.FOR_STMT:
            for child in children[:-1]:
                if child.kind == K.BINARY_OPERATOR and "<" in self.text_of(child):
                    self.mutate(child, f"{self.text_of(child)} - 1")
        elif kind == K.MEMBER_REF_EXPR and name in CONFUSED:
            text = self.text_of(cursor)
            stem = text[:len(text) - len(name)] if text.endswith(name) else ""
            self.mutate(cursor, *[other if other.isdigit() else stem + other for other in CONFUSED[name]])
        elif kind == K.CALL_EXPR and name:
            self.call(cursor)
        elif kind == K.DECL_REF_EXPR and tensor_type(cursor):
            if name == upstream:
                self.mutate(cursor, f"ones_like({upstream})")
            elif name in tensors:
                self.mutate(cursor, *[other for other in tensors if other != name])
        elif kind == K.DECL_REF_EXPR and name in CONFUSED_NAMES:
            self.mutate(cursor, *CONFUSED_NAMES[name])
        elif kind == K.RETURN_STMT and children and tensor_type(children[0]):
            value = self.text_of(children[0])
            self.mutate(children[0], f"({value}) * 0.0", f"({value}) * 2.0", f"-({value})", "Tensor()",
                        *([f"Tensor({upstream})"] if upstream else []))

    def binary(self, cursor, left, right):
        if left.extent.end.offset > right.extent.start.offset:
            return
        between = self.text(left.extent.end.offset, right.extent.start.offset)
        a, b, sign = self.text_of(left), self.text_of(right), between.strip()
        for other in SWAPPED.get(sign, []):
            self.mutate(cursor, f"{a} {other} {b}")
        if sign in SWAPPED and not sign.endswith("="):
            kind = cursor.type.get_canonical().spelling
            for operand in (left, right):
                if kind in operand.type.get_canonical().spelling and "dependent" not in kind:
                    self.mutate(cursor, self.text_of(operand))

    def call(self, cursor):
        arguments = [c for c in cursor.get_arguments() if c is not None and c.extent.start.offset < c.extent.end.offset]
        texts = [self.text_of(a) for a in arguments]
        kinds = [a.type.get_canonical().spelling.replace("const ", "") for a in arguments]
        if not texts or cursor.spelling in ("max", "min", "record"):  # the same either way round
            return
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        for i in range(len(texts) - 1):
            if kinds[i] == kinds[i + 1]:
                swapped = self.text(start, arguments[i].extent.start.offset) + texts[i + 1]
                swapped += self.text(arguments[i].extent.end.offset, arguments[i + 1].extent.start.offset) + texts[i]
                self.mutate(cursor, swapped + self.text(arguments[i + 1].extent.end.offset, end))
        if cursor.type.get_canonical().spelling == "yhat::Tensor" and kinds[0] == "yhat::Tensor":
            self.mutate(cursor, f"Tensor({texts[0]})")
