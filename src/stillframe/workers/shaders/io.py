"""The shader baker's edges: a person's file in, a baked file out.

Role: translates, has it compiled, keeps it. Counterpart: `transitions.glsl` translates,
`workers.shaders.compiler` compiles, `workers.shaders.keeping` has the folder; `show.shading` asks.

Guarantees: a file that cannot be taken is a fault that says in which of its lines, and why; what is
kept already is not baked again; nothing is written outside of the folder.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import ClassVar, Final, Self

from stillframe.contracts.caps import TEXT_CAP_CHARS
from stillframe.contracts.control import Lack, SettingValue, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.messages import echo
from stillframe.contracts.shaders import ShaderRequest, ShaderResult
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transitions.dropped import Dropped, dropped
from stillframe.transitions.glsl.complaints import Complaint, complaint_of
from stillframe.transitions.glsl.tokens import ShaderRefusedError
from stillframe.transitions.glsl.translate import Translation, translate
from stillframe.transitions.source import offset_lines, whole_source
from stillframe.workers.handler import Handler
from stillframe.workers.shaders import compiler, keeping

_LACK: Final = Lack(what="GL Transitions", package="stillframe[shaders]")
_MISSING: Final = "there is no shader compiler; pip install stillframe[shaders]"
_WARM_UP: Final = "vec4 transition(vec2 uv) { return getToColor(uv); }"


@dataclass(frozen=True)
class Tools:
    """What this worker is given.

    Attributes:
        folder: for what is baked.
        compiler: the program; empty for none.
        processor_s: how long one file may keep it busy.
    """

    folder: bytes
    compiler: bytes
    processor_s: int

    @classmethod
    def of(cls, settings: Mapping[str, SettingValue]) -> Self:
        """Return what settings name.

        Raises:
            ValueError: without a folder or a time.
        """
        folder, processor_s = settings.get("folder"), settings.get("processor_s")
        if not isinstance(folder, str) or not folder or not isinstance(processor_s, int):
            raise ValueError("the shader baker needs a folder, and a limit in seconds")
        return cls(os.fsencode(folder), os.fsencode(str(settings.get("compiler", ""))), processor_s)


class ShadersHandler(Handler[ShaderRequest, ShaderResult]):
    """Bakes files of the GL Transitions format into a folder."""

    name: ClassVar[str] = "shaders"
    protocol: ClassVar[Protocol] = PROTOCOLS["shaders"]

    def __init__(self, tools: "Tools", prelude: str, null: int) -> None:
        """Bake after a prelude; `null` is a descriptor of the null device."""
        self._tools, self._prelude, self._null = tools, prelude, null

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """The compiler, where there is none."""
        return () if self._tools.compiler else (_LACK,)

    @classmethod
    def start(cls, start: Start) -> Self:
        """Take the folder and the compiler, and limit what both may use of the processor.

        Raises:
            ValueError: for settings that name none.
            OSError: if the prelude or the null device cannot be had.
        """
        tools = Tools.of(start.settings)
        prelude = resources.files("stillframe.transitions") / "shaders" / "prelude.glsl"
        compiler.limit_processor_time(tools.processor_s)
        null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        return cls(tools, prelude.read_text("utf-8"), null)

    def warm_up(self) -> None:
        """Compile once: whoever cannot shall say so before anybody asks.

        Raises:
            OSError: if the compiler does not run here.
        """
        keeping.sweep(self._tools.folder)
        if self._tools.compiler:
            try:
                self._bake(dropped("warm-up.glsl", _WARM_UP, self._prelude), None)
            except FaultError as error:
                raise OSError(f"the shader compiler does not work: {error}") from error

    def handle(self, request: ShaderRequest) -> ShaderResult:
        """Bake one file, or find it baked.

        Raises:
            FaultError: `unsupported-format` for what is no transition, `decoder-error` for what
                does not compile, each with the file's line as its number; `deadline`,
                `out-of-memory` and `too-large` for what nobody could play; `not-found` without a
                compiler; `io-error` if the folder cannot be written.
        """
        try:
            file = dropped(request.name, request.source, self._prelude)
        except ShaderRefusedError as error:
            raise _refusal(error) from error
        path = keeping.place_of(self._tools.folder, file.key)
        if not keeping.is_kept(path):
            if not self._tools.compiler:
                raise FaultError(FaultKind.NOT_FOUND, _MISSING)
            self._bake(file, path)
        return ShaderResult(**echo(request, time.monotonic_ns()), path=path, messages="")

    def close(self) -> None:
        """Let go of the null device."""
        os.close(self._null)

    def _bake(self, file: Dropped, path: bytes | None) -> None:
        try:
            translation = translate(file.text, self._prelude)
        except ShaderRefusedError as error:
            raise _refusal(error) from error
        source = whole_source(file.transition, self._prelude, translation.body)
        try:
            with keeping.workshop(self._tools.folder) as folder:
                with open(os.path.join(folder, compiler.SOURCE_NAME), "xb") as out:
                    out.write(source.encode())
                outcome = compiler.compiled(self._tools.compiler, folder, self._null)
                if not outcome.fine:
                    offset = offset_lines(file.transition, self._prelude)
                    raise self._failure(outcome, translation, offset)
                if path is not None:
                    keeping.keep(os.path.join(folder, compiler.RESULT_NAME), path)
        except ValueError as error:
            raise FaultError(FaultKind.TOO_LARGE, str(error)) from error
        except OSError as error:
            detail = f"cannot bake: {error.strerror or error}"
            raise FaultError(FaultKind.IO_ERROR, detail) from error

    def _failure(
        self, outcome: compiler.Outcome, translation: Translation, before: int
    ) -> FaultError:
        """Return why there is no result, told by the person's own lines."""
        if outcome.late:
            limit_s = self._tools.processor_s
            detail = f"it takes longer than {limit_s} s to compile; make it simpler"
            return FaultError(FaultKind.DEADLINE, detail, limit=limit_s)
        if outcome.died:
            detail = f"the compiler died of it, by signal {outcome.died}; make it simpler"
            return FaultError(FaultKind.OUT_OF_MEMORY, detail)
        complaint: Complaint = complaint_of(
            outcome.said,
            offset_lines=before + translation.offset_lines,
            lines=translation.lines,
            names=translation.names,
        )
        return FaultError(FaultKind.DECODER_ERROR, str(complaint), actual=complaint.line)


def _refusal(error: ShaderRefusedError) -> FaultError:
    detail = str(error)[:TEXT_CAP_CHARS]
    return FaultError(FaultKind.UNSUPPORTED_FORMAT, detail, actual=error.line)
