"""A file in the GL Transitions format as the body of one of our shaders.

Role: the translation, pure. Counterpart: `transitions.source` puts prelude and `main` around the
body; `workers.shaders` has it compiled.

Guarantees:
- The person's line N is line N + `offset_lines` of the body: what is left out leaves its newlines.
- Names that mean something else here are given another form, everywhere alike.
- At both ends stand the photos themselves: some files come only near to them.
- A file may change nothing of what stands before it; its own function is called by a name that it
  cannot have used.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stillframe.transitions.glsl.tokens import Lexeme, ShaderRefusedError, Token, tokens_of
from stillframe.transitions.glsl.uniforms import GIVEN, SAMPLER, Uniform, uniforms_in
from stillframe.transitions.glsl.words import (
    NEWER_FUNCTIONS,
    RENAMED,
    RESERVED,
    defined_functions,
    other_name,
    taken_by,
)

# What the format gives, in the words of the prelude. Its origin is the lower left; a photo goes on
# at its edge, as a texture does that is clamped. What a transition leaves open shows the mat.
_HEAD: Final = """\
float ratio = aspect;
vec2 place_of(vec2 uv)
{
    vec2 half_pixel = 0.5 / size_px;
    return clamp(vec2(uv.x, 1.0 - uv.y), half_pixel, 1.0 - half_pixel);
}
vec4 getFromColor(vec2 uv) { return from_at(place_of(uv)); }
vec4 getToColor(vec2 uv) { return to_at(place_of(uv)); }
vec4 {entry}(vec2 uv);
vec4 transition(vec2 at)
{
    if (progress <= 0.0)
        return from_at(at);
    if (progress >= 1.0)
        return to_at(at);
    vec4 colour = {entry}(vec2(at.x, 1.0 - at.y));
    float open = 1.0 - clamp(colour.a, 0.0, 1.0);
    return vec4(clamp(colour.rgb + mat_colour.rgb * open, 0.0, 1.0), 1.0);
}
"""
_HEAD_NAMES: Final = frozenset(("place_of",))
# Where the extra image of a file comes from.
_TEXTURE: Final = "table"
# These would change how lines are counted, or what language this is; none is needed.
_LEFT_OUT: Final = ("version", "extension", "line", "pragma")


@dataclass(frozen=True)
class Translation:
    """What became of a file.

    Attributes:
        body: to be put between the prelude and `main`.
        offset_lines: how many lines of the body stand before the file's first.
        lines: how many the file has.
        uniforms: what the file may be given.
        names: each name that was given another form, by that form.
    """

    body: str
    offset_lines: int
    lines: int
    uniforms: tuple[Uniform, ...]
    names: Mapping[str, str]

    @property
    def needs_texture(self) -> bool:
        """Whether the file reads an image beside the two photos."""
        return any(uniform.type == SAMPLER for uniform in self.uniforms)


def translate(text: str, prelude: str) -> Translation:
    """Return a file as a body.

    Args:
        text: of the file.
        prelude: what will stand before the body; its names are not the file's to use.

    Raises:
        ShaderRefusedError: naming the line and what to do.
    """
    tokens = tokens_of(text)
    _refuse_includes(tokens)
    taken = taken_by(tokens_of(prelude)) | _HEAD_NAMES
    parts = tuple(_parts(tokens))
    uniforms = tuple(part for _, found in parts for part in found)
    changes = _changes(tokens, taken, uniforms)
    _find_entry(tokens)
    head = _HEAD.replace("{entry}", changes["transition"])
    lines = [_written(part, found, changes) for part, found in parts]
    return Translation(
        body=f"{head}{''.join(lines)}\n",
        offset_lines=head.count("\n"),
        lines=text.count("\n") + 1 if tokens else 0,
        uniforms=uniforms,
        names={new: old for old, new in changes.items() if old not in RENAMED},
    )


def _refuse_includes(tokens: Sequence[Token]) -> None:
    words = [token for token in tokens if token.directive and not token.blank]
    for hash_mark, word in itertools.pairwise(words):
        if (hash_mark.text, word.text) == ("#", "include"):
            raise ShaderRefusedError(
                word.line, "a transition is one file; put here what it includes"
            )


def _find_entry(tokens: Sequence[Token]) -> None:
    """Refuse a file without its function."""
    words = [token.text for token in tokens if not token.blank]
    begins = zip(words, words[1:], words[2:], strict=False)
    if ("vec4", "transition", "(") not in begins:
        raise ShaderRefusedError(
            0, "no transition: the format wants a function `vec4 transition(vec2 uv)`"
        )


def _changes(
    tokens: Sequence[Token], taken: frozenset[str], uniforms: Sequence[Uniform]
) -> dict[str, str]:
    """Return what is to be written in place of which names."""
    used = frozenset(token.text for token in tokens if token.lexeme is Lexeme.WORD)
    own = defined_functions(tokens) & (NEWER_FUNCTIONS | RENAMED.keys())
    clashing = used & (taken | RESERVED) | own | {"transition"}
    changes = {name: other_name(name, used) for name in sorted(clashing)}
    changes |= {old: new for old, new in RENAMED.items() if old in used - own}
    return changes | {u.name: _TEXTURE for u in uniforms if u.type == SAMPLER}


Part = tuple[Sequence[Token], tuple[Uniform, ...]]


def _parts(tokens: Sequence[Token]) -> Iterator[Part]:
    """Yield single tokens, and each declaration of uniforms as one part with what it declares."""
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.text == "#" and token.directive and _is_left_out(tokens, place):
            end = next((n for n in range(place, len(tokens)) if not tokens[n].directive), None)
            yield tokens[place:end], ()
            place = len(tokens) if end is None else end
            continue
        if token.text != "uniform" or token.directive:
            yield (token,), ()
            place += 1
            continue
        end = _end_of(tokens, place)
        found = uniforms_in(tokens[place:end], _rest_of_line(tokens, end + 1))
        yield tokens[place : end + 1], tuple(u for u in found if u.name not in GIVEN)
        place = end + 1


def _is_left_out(tokens: Sequence[Token], place: int) -> bool:
    after = (token for token in tokens[place + 1 :] if not token.blank)
    return next((token.text for token in after), "") in _LEFT_OUT


def _end_of(tokens: Sequence[Token], place: int) -> int:
    """Return where the semicolon of a declaration is."""
    for end in range(place, len(tokens)):
        if tokens[end].text == ";":
            return end
        if tokens[end].text in ("{", "}") or tokens[end].directive:
            break
    raise ShaderRefusedError(tokens[place].line, "this declaration does not end; put a semicolon")


def _rest_of_line(tokens: Sequence[Token], place: int) -> Sequence[Token]:
    """Return what follows on the same line, as long as it is no other declaration."""
    end = place
    while end < len(tokens) and tokens[end].lexeme in (Lexeme.SPACE, Lexeme.COMMENT):
        end += 1
    return tokens[place:end]


def _written(part: Sequence[Token], found: Sequence[Uniform], changes: Mapping[str, str]) -> str:
    """Return a part as it is compiled, on as many lines."""
    if len(part) == 1:
        return _token_written(part[0], changes)
    newlines = "\n" * sum(token.text.count("\n") for token in part)
    constants = (u.constant(changes.get(u.name, u.name)) for u in found if u.type != SAMPLER)
    return " ".join(constants) + newlines


def _token_written(token: Token, changes: Mapping[str, str]) -> str:
    newlines = token.text.count("\n")
    if token.lexeme is Lexeme.COMMENT:
        return " " + ("\\\n" if token.directive else "\n") * newlines
    if token.lexeme is Lexeme.WORD:
        return changes.get(token.text, token.text)
    return token.text
