"""Study of trials that several processes may share and that continues after any of them was killed.

Trials are kept in a journal file (append only, locked for each write) or in a database by URL. A trial of a process
that died is repeated: in a database by Optuna's heartbeat, in a journal by the time since its last sign of life. The
sampler is seeded by the seed and the number of the trial, so that processes that start together sample different
settings, and a study of one process under a work limit is repeatable.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import JournalStorage
from optuna.trial import FrozenTrial, TrialState

from solver.errors import EnvironmentFailure, KardashevError, UsageError
from solver.io.files import os_error_text
from solver.tune.journal import cure
from solver.tune.storage import RETRIES, is_url, opened_storage, reaching, shown

RANDOM_TRIALS = 5
"""Number of trials sampled at random before the TPE sampler and pruning start."""
ENDED = (TrialState.COMPLETE, TrialState.PRUNED)
Objective = Callable[[optuna.Trial], float]


@dataclass(frozen=True, slots=True)
class Study:
    """Tuning study: a running trial counts as dead ``stale_seconds`` after its last sign of life."""

    study: optuna.Study
    seed: int
    stale_seconds: float
    storage: str

    @classmethod
    def opened(cls, name: str, storage: str, seed: int, stale_seconds: float) -> Study:
        """Open or create a study; UsageError for a URL that cannot be used."""
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        pruner = optuna.pruners.MedianPruner(n_startup_trials=RANDOM_TRIALS, n_warmup_steps=0)
        try:
            with reaching(storage):
                kept = opened_storage(storage, stale_seconds)
                study = optuna.create_study(study_name=name, storage=kept, pruner=pruner, load_if_exists=True)
                opened = cls(study, seed, stale_seconds, storage)
                opened._require_sound()
            return opened
        except KardashevError:
            raise
        except OSError as error:
            raise EnvironmentFailure(
                f"{shown(storage)}: the study could not be opened: {os_error_text(error)}"
            ) from error
        except Exception as error:
            if is_url(storage):
                raise
            raise UsageError(f"{storage}: damaged: {type(error).__name__}: {error}; {cure(storage)}") from error

    def _require_sound(self) -> None:
        """Read every trial as later steps do; ValueError for one that is none."""
        if self.study.direction is not optuna.study.StudyDirection.MINIMIZE:
            raise ValueError("the study maximises")
        for trial in self.study.get_trials(deepcopy=False):
            if not (isinstance(trial.system_attrs, dict) and isinstance(trial.user_attrs, dict)):
                raise ValueError(f"trial {trial.number}: its attributes are no objects")
            if trial.state is TrialState.COMPLETE and not (trial.value is not None and math.isfinite(trial.value)):
                raise ValueError(f"trial {trial.number}: has no value")
            last_sign, tries = (trial.user_attrs.get(name, 0) for name in ("heard_of", "tries"))
            if not isinstance(last_sign, int | float) or not isinstance(tries, int):
                raise ValueError(f"trial {trial.number}: heard_of and tries are no numbers")
        _ = self.best

    def require_same(self, facts: Mapping[str, Any]) -> None:
        """Require the same facts for all trials of a study, and store new ones; UsageError where they differ."""
        known = self.study.user_attrs
        for name, value in facts.items():
            if name not in known:
                self.study.set_user_attr(name, value)
            elif known[name] != value:
                raise UsageError(
                    f"study {self.study.study_name}: found {name} {known[name]!r}, expected {value!r}; "
                    "use the same value, or another --study"
                )

    def run(self, objective: Objective, trials: int, first: Mapping[str, Any], on_trial: Callable[[str], None]) -> None:
        """Run trials until the study has so many; the parameters of the first one are given."""

        def seeded(trial: optuna.Trial) -> float:
            self.study.sampler = optuna.samplers.TPESampler(
                seed=self.seed * 100_003 + trial.number, n_startup_trials=RANDOM_TRIALS, constant_liar=True
            )
            send_heartbeat(trial)
            return objective(trial)

        with reaching(self.storage):
            with self._reading():
                self.study.enqueue_trial(dict(first), skip_if_exists=True)
            while self.ended() < trials:
                with self._reading():
                    self.retry_stale()
                try:
                    self.study.optimize(seeded, n_trials=1)
                    on_trial(self._line())
                except (UpdateFinishedTrialError, ValueError) as error:
                    if isinstance(error, ValueError) and "Cannot tell a" not in str(error):
                        raise
                    on_trial("a trial was given up by another process, for want of a sign of life")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Report what Optuna raises for records of a damaged study as UsageError."""
        try:
            yield
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"study {self.study.study_name}: damaged: {type(error).__name__}: {error}; name another --study"
            ) from error

    def ended(self) -> int:
        """Count the trials that were completed or pruned."""
        return len(self.study.get_trials(deepcopy=False, states=ENDED))

    def retry_stale(self, now: float | None = None) -> int:
        """Give up running trials without a recent sign of life, queue their parameters again and return the number."""
        # A database is served by Optuna's own heartbeat: a trial is dead after two beats without one.
        if not isinstance(self.study._storage, JournalStorage):
            return 0
        now, count = time.time() if now is None else now, 0
        for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            last = trial.user_attrs.get("heard_of")
            if last is None and trial.datetime_start is not None:
                last = trial.datetime_start.timestamp()
            if last is None or now - last <= self.stale_seconds:
                continue
            self.study.tell(trial.number, state=TrialState.FAIL)
            count += 1
            tries = int(trial.user_attrs.get("tries", 0)) + 1
            if tries <= RETRIES and trial.params:
                self.study.enqueue_trial(trial.params, user_attrs={"tries": tries, "retry_of": trial.number})
        return count

    def best_trials(self, count: int) -> list[FrozenTrial]:
        """Return the first trial, which has the default settings, and so many of the best others, best first."""
        done = self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        first, others = [t for t in done if t.number == 0], [t for t in done if t.number != 0]
        return [*first, *sorted(others, key=lambda trial: (trial.value, trial.number))[:count]]

    @property
    def best(self) -> FrozenTrial | None:
        """Trial with the least value; None without a completed one."""
        done = self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return min(done, key=lambda trial: (trial.value, trial.number), default=None)

    def _line(self) -> str:
        last = self.study.get_trials(deepcopy=False)[-1]
        best, value = (
            self.best,
            "pruned" if last.value is None or last.state == TrialState.PRUNED else f"{last.value:.5g}",
        )
        found = "" if best is None else f", best {best.value:.5g} by trial {best.number}"
        return f"trial {last.number}: {value}{found}"


def send_heartbeat(trial: optuna.Trial) -> None:
    """Send a sign of life of a trial, so that other processes see that it is running."""
    trial.set_user_attr("heard_of", time.time())
