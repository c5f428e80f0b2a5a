# SPDX-License-Identifier: MIT
"""Finds places in gradient code that can be changed, and writes a copy of the code in which each change has a switch.

Gradient code is what stands inside the functions given to edge(...), and the functions named in GRADIENT_FUNCTIONS. An
expression e with mutants m1 and m2 becomes (YHAT_MUTANT(1) ? (m1) : YHAT_MUTANT(2) ? (m2) : (e)), each mutant on a line
of its own, so that one build holds all of them and an environment variable picks one.
"""
import os
from dataclasses import dataclass, field

import clang.cindex as clang

# Functions that only gradients use. Kernels appear with their file, as the same names exist in other roles.
GRADIENT_FUNCTIONS = {
    "core/ops/arithmetic.cpp": ["share_of_first", "log_of_base"],
    "core/ops/elementwise.cpp": ["relu_grad"],
    "core/ops/reduce.cpp": ["share_of_max"],
    "core/ops/shape_ops.cpp": ["unslice"],
    "core/ops/index.cpp": ["scatter_add"],
    "core/ops/broadcast.cpp": ["sum_to"],
    "core/ops/local_response_norm.cpp": ["channel_window_sum", "composed_grad"],
    "core/backward.cpp": ["accumulate", "add"],
    "core/kernels/reference/conv2d.cpp": ["conv2d_input_grad", "conv2d_weight_grad"],
    "core/kernels/reference/pool2d.cpp": ["max_pool2d_grad", "avg_pool2d_grad"],
    "core/kernels/reference/lrn.cpp": ["local_response_norm_grad"],
}
SWAPPED = {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"],
           "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"], "+=": ["=", "-="], "-=": ["+=", "="], "*=": ["/="],
           "/=": ["*="]}
OPERATORS = set(SWAPPED) | {"!", "=", "()", "[]"}
CURSOR = clang.CursorKind


@dataclass
class Place:
    start: int
    end: int
    mutants: list = field(default_factory=list)  # texts
    inner: list = field(default_factory=list)


class File:
    def __init__(self, root, path, unit, arguments):
        """`unit` is the source that is compiled: the file itself, or one that includes it."""
        self.path = path
        with open(os.path.join(root, path), "rb") as file:
            self.source = file.read()
        unit = clang.Index.create().parse(os.path.join(root, unit), args=arguments)
        errors = [d for d in unit.diagnostics if d.severity >= clang.Diagnostic.Error]
        if errors:
            raise SystemExit(f"{path}: {errors[0]}")
        self.places = {}
        self.visit(unit.cursor, inside=False, upstream=None, captured=[])

    def text(self, start, end):
        return self.source[start:end].decode()

    def text_of(self, cursor):
        return self.text(cursor.extent.start.offset, cursor.extent.end.offset)

    def line(self, offset):
        return self.source.count(b"\n", 0, offset) + 1

    def mutate(self, cursor, *texts):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        place = self.places.setdefault((start, end), Place(start, end))
        original = self.text(start, end)
        for text in texts:
            if text != original and text not in place.mutants:
                place.mutants.append(text)

    # --- Finding gradient code ---

    def visit(self, cursor, inside, upstream, captured):
        location = cursor.extent.start.file
        if location and not location.name.endswith(self.path):
            return
        if cursor.kind == CURSOR.CALL_EXPR and cursor.spelling == "edge":
            for child in cursor.walk_preorder():
                if child.kind == CURSOR.LAMBDA_EXPR:
                    self.visit_vjp(child)
                    return
        if not inside and cursor.spelling in GRADIENT_FUNCTIONS.get(self.path, []):
            if cursor.kind in (CURSOR.FUNCTION_DECL, CURSOR.FUNCTION_TEMPLATE, CURSOR.CXX_METHOD) and cursor.is_definition():
                body = [c for c in cursor.get_children() if c.kind == CURSOR.COMPOUND_STMT]
                inside, upstream, captured = True, None, []
                for child in body:
                    self.visit(child, inside, upstream, captured)
                return
        if inside and cursor.kind == CURSOR.IF_STMT and any(c.kind == CURSOR.CXX_THROW_EXPR for c in cursor.walk_preorder()):
            return  # a refusal of bad arguments, not a part of the gradient
        if inside:
            self.propose(cursor, upstream, captured)
        for child in cursor.get_children():
            self.visit(child, inside, upstream, captured)

    def visit_vjp(self, function):
        parameters = [c.spelling for c in function.get_children() if c.kind == CURSOR.PARM_DECL]
        captured = [c.spelling for c in function.get_children()
                    if c.kind == CURSOR.VARIABLE_REF and "Tensor" in c.type.spelling]
        body = [c for c in function.get_children() if c.kind == CURSOR.COMPOUND_STMT]
        for child in body:
            self.visit(child, True, parameters[0] or None, captured + [p for p in parameters[1:] if p])

    # --- Proposing changes ---

    def propose(self, cursor, upstream, captured):
        children = list(cursor.get_children())
        kind = cursor.kind
        name = cursor.spelling
        if kind == CURSOR.BINARY_OPERATOR or kind == CURSOR.COMPOUND_ASSIGNMENT_OPERATOR:
            self.binary(cursor, children[0], children[1])
        elif kind == CURSOR.CALL_EXPR and name.startswith("operator") and not name[8:].isalnum():
            operands = [c for c in children if self.text_of(c) not in OPERATORS]  # the operator is a child as well
            if name in ("operator()", "operator[]", "operator->"):
                return
            if len(operands) == 2:
                self.binary(cursor, operands[0], operands[1])
            elif len(operands) == 1 and self.text_of(cursor).startswith(("-", "!")):
                self.mutate(cursor, self.text_of(operands[0]))
        elif kind == CURSOR.UNARY_OPERATOR:
            text = self.text_of(cursor)
            if text[0] in "!-" and not text.startswith("!="):  # a != b is seen as !(a == b)
                self.mutate(cursor, self.text_of(children[0]))
        elif kind == CURSOR.CXX_BOOL_LITERAL_EXPR:
            self.mutate(cursor, "false" if self.text_of(cursor) == "true" else "true")
        elif kind == CURSOR.INTEGER_LITERAL:
            self.mutate(cursor, f"{self.text_of(cursor)} + 1")
        elif kind == CURSOR.FLOATING_LITERAL:
            self.mutate(cursor, f"2 * {self.text_of(cursor)}", f"{self.text_of(cursor)} + 1")
        elif kind == CURSOR.CONDITIONAL_OPERATOR:
            self.mutate(cursor, self.text_of(children[1]), self.text_of(children[2]))
        elif kind == CURSOR.CALL_EXPR and name:
            self.call(cursor)
        elif kind == CURSOR.DECL_REF_EXPR and "Tensor" in cursor.type.spelling and "(" not in cursor.type.spelling:
            if name == upstream:
                self.mutate(cursor, f"ones_like({upstream})")
            elif name in captured:
                self.mutate(cursor, *[other for other in captured if other != name])
        elif kind == CURSOR.RETURN_STMT and children and children[0].type.spelling == "yhat::Tensor":
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
        if not texts:
            return
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        for i in range(len(texts) - 1):
            if kinds[i] == kinds[i + 1]:
                swapped = self.text(start, arguments[i].extent.start.offset) + texts[i + 1]
                swapped += self.text(arguments[i].extent.end.offset, arguments[i + 1].extent.start.offset) + texts[i]
                self.mutate(cursor, swapped + self.text(arguments[i + 1].extent.end.offset, end))
        if cursor.type.get_canonical().spelling == "yhat::Tensor" and kinds[0] == "yhat::Tensor":
            self.mutate(cursor, f"Tensor({texts[0]})")

    # --- Writing ---

    def nested(self):
        roots, open_places = [], []
        for place in self.places.values():
            place.inner = []
        for place in sorted(self.places.values(), key=lambda p: (p.start, -p.end)):
            if not place.mutants:
                continue
            while open_places and open_places[-1].end < place.end:
                open_places.pop()
            while open_places and open_places[-1].end <= place.start:
                open_places.pop()
            (open_places[-1].inner if open_places else roots).append(place)
            open_places.append(place)
        return roots

    def render(self, first_id, dropped):
        """The switched source, and a list of (id, line in the new file, place, mutant text)."""
        out, listed, counter = [], [], [first_id]

        def emit(start, end, places):
            at = start
            for place in places:
                out.append(self.text(at, place.start))
                out.append("(")
                for text in place.mutants:
                    key = (self.path, place.start, place.end, text)
                    if key in dropped:
                        continue
                    number = counter[0]
                    counter[0] += 1
                    out.append("\n")
                    listed.append((number, "".join(out).count("\n") + 1, place, text))
                    out.append(f"YHAT_MUTANT({number}) ? ({' '.join(text.split())}) :\n")
                out.append("(")
                emit(place.start, place.end, place.inner)
                out.append("))")
                at = place.end
            out.append(self.text(at, end))

        emit(0, len(self.source), self.nested())
        return "".join(out), listed
