"""The ``bo-loop`` command: verbs, Hydra, exit codes.

``bo-loop VERB key=value …`` composes ``conf/VERB.yaml`` and hands a plain dict to the verb's
function (`bo_loop.cli.compose`). Bad input ends with one message and exit code 2.
"""

import difflib
import io
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from bo_loop.base.errors import BoLoopError, ConfigError
from bo_loop.cli import compose
from bo_loop.cli.completion import completions, script
from bo_loop.cli.help import verb_help
from bo_loop.cli.printing import spelled_out

_SECTIONS = {
    "a campaign": {
        "start": "open a campaign: seal the literature, the pool and the features",
        "suggest": "propose the next pairs to measure, or record your own choice",
        "log": "take the lab's results into the ledger",
        "status": "where a campaign stands, and what to type next",
        "report": "write a campaign down as one page for people",
    },
    "more of a campaign": {
        "app": "a page in the browser, for all of it",
        "new": "start a campaign by five questions",
        "rank": "see every pair that may be proposed, best first",
        "map": "look at the ligands in chemical space, and at one with every metal ion",
        "history": "who did what, and what had been predicted at the time",
        "correct": "correct a result, or void it; the ledger keeps both",
        "void": "void all results of one log",
        "withdraw": "take a pair out of the campaign",
        "restore": "take a withdrawal back",
        "extend": "add ligands or metal ions to the pool",
        "expand": "make new ligands, for a campaign's pool or a table",
        "config": "change settings for all rounds to come",
        "close": "end a campaign",
        "reopen": "go on with a closed campaign",
        "verify": "check that the record holds, and that all else follows from it",
    },
    "without a campaign": {
        "import": "read and curate literature: NIST SRD 46, or your own tables",
        "fit": "fit a model",
        "predict": "predict log beta for a table of pairs",
        "describe": "the features that models see, of ligands and metal ions",
        "distil": "make a small table of a fitted model that gives back what it knows",
        "library": "the models at hand that a campaign can know: list, show, verify, add",
        "refine": "constants from titration curves, with sd; into the ledger with name=",
        "spectra": "spectra into a database, peaks and features out of it",
        "structures": "what ligands and complexes look like; databases of forces",
        "speciate": "what metal ions and a ligand become in water, from pH to pH",
        "simulate": "replay campaigns on known constants, and compare strategies",
        "validate": "compare models on ligands or metals they have not seen",
        "tune": "search the options of a model, and keep the best",
        "demo": "watch a closed loop on embedded constants",
    },
}
VERBS = {verb: said for verbs in _SECTIONS.values() for verb, said in verbs.items()}

# Verbs that print only once their event is in the ledger: to fail then would deny it.
_RECORDING = frozenset(
    {
        *("start", "suggest", "log", "refine", "correct", "void", "withdraw", "restore", "extend"),
        *("config", "close", "reopen"),
    }
)


def main() -> None:
    """Run the command line; exits with 2 on bad input."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_help())
        return
    if arguments[0] == "--version":
        from bo_loop import __version__

        print(f"bo-loop {__version__}")
        return
    _print_any_text()
    if arguments[0] == "--complete":  # what the scripts of --completion ask
        for word in completions(" ".join(arguments[1:]), VERBS):
            print(word)
        return
    warnings.showwarning = lambda message, *_: _complain(f"note: {message}")
    try:
        _run(arguments[0], arguments[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except BoLoopError as error:
        _fail(str(error))
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        _end(arguments[0], error)


def _print_any_text() -> None:
    """Let text that the output cannot encode be spelled out, not stop the command."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _end(verb: str, error: OSError) -> None:
    """Say what the system refused: a file, or the output; what was recorded is recorded."""
    if error.filename is not None:
        _fail(f"{error.filename} cannot be used ({error.strerror}). Mend its permissions.")
    _discard_output()
    if verb not in _RECORDING:
        _fail(f"the output could not be written ({error.strerror or error}).")
    _complain(
        f"note: recorded; only the output could not be written ({error.strerror or error}). "
        "bo-loop history shows what was recorded."
    )


def _help() -> str:
    lines = ["bo-loop: choose ligands by active learning", "", "usage: bo-loop VERB key=value …"]
    for section, verbs in _SECTIONS.items():
        lines += ["", f"{section}:"]
        lines += [f"  {verb:<12}{summary}" for verb, summary in verbs.items()]
    lines += [
        "",
        "bo-loop VERB --help shows a verb's options, with examples.",
        'eval "$(bo-loop --completion bash)" completes them in your shell.',
    ]
    return "\n".join(lines)


def _discard_output() -> None:
    """Discard further output: the reader closed the pipe, which is not an error."""
    with suppress(OSError, AttributeError):  # an output that is not a file, or none at all
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str) -> None:
    with suppress(OSError):  # where not even that can be said, the exit code must do
        print(spelled_out(text), file=sys.stderr, flush=True)


def _fail(text: str) -> NoReturn:
    _complain(f"error: {text}")
    sys.exit(2)


def _run(verb: str, arguments: Sequence[str]) -> None:
    if verb == "--completion":
        print(script(*arguments[:1] or ["bash"]), end="")
        return
    if verb not in VERBS:
        close = difflib.get_close_matches(verb, VERBS, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else " See bo-loop --help."
        raise ConfigError(f"{verb!r} is not a verb.{hint}")
    if {"-h", "--help"}.intersection(arguments):
        print(verb_help(verb, arguments))
        return
    compose.run(verb, arguments)


if __name__ == "__main__":
    main()
