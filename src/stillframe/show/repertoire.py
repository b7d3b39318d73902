"""The transitions that a person has chosen, from the settings.

Role: pure: names and lists become a plan. Counterpart: `settings.sections.transitions` declares
the lists, `show.stagecraft` plays the plan.

Guarantees: a name, a number or a word that means nothing is refused with what is allowed.
"""

from collections.abc import Sequence
from typing import Final

from stillframe.settings import SettingError, Settings
from stillframe.show.shading import Shelf
from stillframe.show.stagecraft import TransitionPlan
from stillframe.transitions.choice import IN_TURN, RANDOM, Style
from stillframe.transitions.model import Easing, Kind, Parameter, Transition, Value

NO_FILES: Final = Shelf()
_AUTO: Final = "auto"
_LEAST_S: Final = 0.1
_MOST_S: Final = 60.0
_MOST_WEIGHT: Final = 1000.0
# Other names, as the shows have that people come from.
_ALIASES: Final = (("rain drops", "ripple"), ("shuffle", "crossfade"), ("claw marks", "crossfade"))


def plan_of(
    settings: Settings, built_in: Sequence[Transition], own: Shelf = NO_FILES
) -> TransitionPlan:
    """Return what the settings say of these transitions, those of a person's own among them.

    Raises:
        SettingError: naming the setting, the word and what is allowed.
    """
    wanted, known = settings.transitions, (*built_in, *own.known)
    by_name = _names(known)
    weights = _weights(wanted.enabled, by_name)
    durations = {
        transition.id: _number("transitions.durations_s", word, _LEAST_S, _MOST_S)
        for transition, word in _pairs("transitions.durations_s", wanted.durations_s, by_name)
    }
    directions = dict(_directions(wanted.directions, by_name))
    parameters = _parameters(wanted.parameters, by_name)
    if wanted.type not in (RANDOM, IN_TURN):
        only = _named("transitions.type", wanted.type, by_name)
        weights = {only.id: 1.0}
    pool = tuple(
        (
            transition,
            Style(
                weight=weights[transition.id],
                duration_s=durations.get(transition.id),
                direction=directions.get(transition.id, RANDOM),
                parameters=parameters.get(transition.id, {}),
            ),
        )
        for transition in known
        if weights.get(transition.id, 0) > 0
    )
    return TransitionPlan(
        pool=pool,
        duration_s=settings.show.transition_duration_s or None,
        # Who wants to see them all, one after the other, wants to see each as it is.
        longest_s=_MOST_S if wanted.type == IN_TURN else settings.show.interval_s,
        in_turn=wanted.type == IN_TURN,
        easing=None if wanted.easing == _AUTO else Easing(wanted.easing),
        unbaked=tuple(file for file in own.unbaked if weights.get(file.transition.id, 0) > 0),
    )


def _names(known: Sequence[Transition]) -> dict[str, Transition]:
    """Return the transitions by all that they may be called, in small letters."""
    names = {transition.id: transition for transition in known}
    for transition in known:
        names.setdefault(transition.name.lower(), transition)
        names.setdefault(transition.id.replace("_", "-"), transition)
    for alias, name in _ALIASES:
        if name in names:
            names.setdefault(alias, names[name])
    return names


def _named(key: str, word: str, by_name: dict[str, Transition]) -> Transition:
    transition = by_name.get(word.strip().lower())
    if transition is None:
        ids = ", ".join(sorted({known.id for known in by_name.values()}))
        raise SettingError(f"{key}: no transition is called {word!r:.60}; there are {ids}")
    return transition


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _pairs(key: str, text: str, by_name: dict[str, Transition]) -> list[tuple[Transition, str]]:
    pairs = []
    for word in _words(text):
        name, sign, value = word.partition("=")
        if not sign:
            raise SettingError(f"{key} has {word!r:.60}: give it a value, as in wipe=3")
        pairs.append((_named(key, name, by_name), value.strip()))
    return pairs


def _weights(text: str, by_name: dict[str, Transition]) -> dict[str, float]:
    key = "transitions.enabled"
    words = _words(text)
    if not words:
        return {transition.id: 1.0 for transition in by_name.values()}
    weights = {}
    for word in words:
        name, sign, value = word.partition("=")
        weight = _number(key, value, 0.0, _MOST_WEIGHT) if sign else 1.0
        weights[_named(key, name, by_name).id] = weight
    if not any(weights.values()):
        raise SettingError(f"{key} = {text!r:.60} leaves no transition: give one more than 0")
    return weights


def _directions(text: str, by_name: dict[str, Transition]) -> list[tuple[str, str]]:
    key, found = "transitions.directions", []
    for transition, word in _pairs(key, text, by_name):
        allowed = (RANDOM, *transition.directions)
        plain = word.lower().replace(" ", "-")  # "Left to Right" is what people read elsewhere
        if plain not in allowed:
            raise SettingError(
                f"{key}: {transition.id} does not go {word!r:.60}; give {', '.join(allowed)}"
            )
        found.append((transition.id, plain))
    return found


def _parameters(text: str, by_name: dict[str, Transition]) -> dict[str, dict[str, Value]]:
    key = "transitions.parameters"
    found: dict[str, dict[str, Value]] = {}
    for word in _words(text):
        path, _, value = word.partition("=")
        name, _, parameter_name = path.strip().rpartition(".")
        transition = _named(key, name, by_name)
        parameter = next((p for p in transition.parameters if p.name == parameter_name), None)
        if parameter is None:
            allowed = ", ".join(p.name for p in transition.parameters) or "none"
            raise SettingError(
                f"{key}: {transition.id} has no parameter {parameter_name!r:.60}; it has {allowed}"
            )
        try:
            parsed = _value(parameter, value.strip())
            parameter.check(parsed)
        except ValueError as error:
            raise SettingError(f"{key}: {transition.id}.{error}") from error
        found.setdefault(transition.id, {})[parameter.name] = parsed
    return found


def _value(parameter: Parameter, word: str) -> Value:
    if parameter.kind in (Kind.CHOICE, Kind.COLOUR):
        return word
    try:
        number = float(word)
    except ValueError:
        raise ValueError(f"{parameter.name} = {word!r:.60} is not a number") from None
    return int(number) if parameter.kind is Kind.INTEGER and number == int(number) else number


def _number(key: str, word: str, least: float, most: float) -> float:
    try:
        number = float(word)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise SettingError(f"{key} has {word!r:.60}: give {least:g} to {most:g}")
    return number
