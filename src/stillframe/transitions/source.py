"""The whole text of a transition's shader, as the baker gets it.

Role: prelude, one name for each parameter, the transition's own code, `main`. Counterpart:
`tools/bake_shaders.py` bakes those that come with the product.

Guarantees: pure; `offset_lines` tells how many lines stand before the transition's own first one,
so that a compiler's line can be told in the words of the file.
"""

from typing import Final

from stillframe.transitions.model import Kind, Transition

_VERSION: Final = "#version 440\n"
_MAIN: Final = """
void main()
{
    fragColor = transition(qt_TexCoord0) * qt_Opacity;
}
"""


def whole_source(transition: Transition, prelude: str, body: str) -> str:
    """Return what is baked."""
    return _before(transition, prelude) + body + _MAIN


def offset_lines(transition: Transition, prelude: str) -> int:
    """Return how many lines stand before the transition's own."""
    return _before(transition, prelude).count("\n")


def _before(transition: Transition, prelude: str) -> str:
    return _VERSION + prelude + "".join(_defines(transition))


def _defines(transition: Transition) -> list[str]:
    lines = []
    for parameter, start in transition.places():
        vector, lane = f"p{start // 4}", "xyzw"[start % 4]
        if parameter.kind is Kind.COLOUR:
            meaning = vector
        elif parameter.kind is Kind.NUMBER:
            meaning = f"{vector}.{lane}"
        else:
            meaning = f"int({vector}.{lane} + 0.5)"
        lines.append(f"#define {parameter.name} ({meaning})\n")
    return lines
