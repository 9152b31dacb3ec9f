"""A run of `apply` (spec 08 §7.4): load, judge, print.

Resources are judged as they are read, and counted, unless some policy looks at other resources or exceptions are among
them; the heading, which says how many there are, is printed when all are known, before the results. What Kyverno would
not say goes to standard error, among it every path, document and policy that it would drop in silence; such a run is
incomplete and ends with 2.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.cli.console import Screen, complain, say, with_progress
from kyvernopy.cli.inputs import Inputs
from kyvernopy.cli.mutated import sinks_for
from kyvernopy.cli.output import Troubles, output_for, skipped_text
from kyvernopy.cli.providers import GivenResources, looks_around
from kyvernopy.errors import DocumentError, Finding
from kyvernopy.offline.judge import Judge, Judgement, has_targets, mutates
from kyvernopy.policy_set import load_policies
from kyvernopy.reports.counts import Counts, count
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

    from kyvernopy.cli.flags import Options
    from kyvernopy.cli.mutated import Sink
    from kyvernopy.offline.values import Values
    from kyvernopy.policies.exceptions import PolicyException
    from kyvernopy.policies.model import Policy
    from kyvernopy.policy_set import PolicySet
    from kyvernopy.results import RuleResult
    from kyvernopy.source import Resource

__all__ = ["ApplyRun"]

INCOMPLETE = 2


class ApplyRun:
    """One run: what it was asked, and what it has found so far."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._output = output_for(options)
        self._inputs = Inputs()
        self._sinks: Sequence[Sink] = ()
        # spec 08 §7.4: without a heading nothing has to wait for it; with `-o -` standard output is for resources only.
        has_heading = not (options.stdin or options.policy_report)
        self._screen = Screen(sys.stderr if options.output == "-" else sys.stdout, holds=has_heading)
        self._troubles = Troubles()
        self._counts = Counts()
        self._given = GivenResources()
        self._skipped: list[tuple[str, str]] = []
        self._exceptions: list[PolicyException] = []
        self._resources = self._results = 0
        self._is_incomplete = self._would_change = False

    def run(self) -> int:
        """Load, judge, print. Returns the exit status; raises `UsageError`."""
        user, values = self._user(), self._values()
        paths, stdin = self._local(self._options.arguments), self._kept_stdin()
        policies = self._policies(paths, stdin)
        valid = policies.only([policy for policy in policies if self._is_valid(policy)])
        targets = self._inputs.all_of(self._local(self._options.target_resource))
        listed = self._listed(valid, targets)
        self._exceptions = self._found_exceptions(paths, listed, stdin)
        self._complain_of_unknown_policies(policies)
        if self._exceptions:
            valid = valid.with_exceptions(self._exceptions)
        changes_others = any(map(has_targets, valid))
        if self._options.output or any(map(mutates, valid)):
            self._sinks = sinks_for(self._options, self._inputs.originals, has_targets=changes_others)
        if changes_others:
            # Upstream: the cluster of a run has its resources and its targets, so that one may be the other.
            targets = [*targets, *listed]
        self._judge(Judge(valid, values, user, targets), listed)
        self._complain(self._inputs.errors)
        self._troubles.tell()
        self._print(policies)
        return self._exit_status()

    def _listed(self, policies: PolicySet, targets: Sequence[Resource]) -> Iterable[Resource]:
        """The resources, in memory if anything looks at them besides; standard input has these or policies."""
        paths = self._local(self._options.resource)
        if not (
            self._options.exceptions_with_resources or any(looks_around(one) or has_targets(one) for one in policies)
        ):
            return self._inputs.stream(paths)
        listed = self._inputs.all_of(paths)
        self._given.fill([*listed, *targets])
        return listed

    def _complain(self, findings: Iterable[Finding]) -> None:
        self._is_incomplete |= complain(findings)

    def _local(self, paths: Iterable[str]) -> list[str]:
        """The paths without addresses, which this version does not read."""
        remote = [path for path in paths if path.startswith(("http://", "https://"))]
        advice = "download it and give the path of the file"
        self._complain(
            Finding("path-remote", "error", "nothing is read from the network", Place(path), advice) for path in remote
        )
        return [path for path in paths if path not in remote]

    # --- What goes with a run ---

    def _user(self) -> dict[str, Any] | None:
        if not self._options.userinfo:
            return None
        from kyvernopy.cli.auxiliary import user_info  # noqa: PLC0415  rarely needed

        return user_info(self._options.userinfo)

    def _values(self) -> Values | None:
        asked = self._options
        if not (asked.context_file or asked.values_file or asked.set):
            return None
        from kyvernopy.cli.auxiliary import check_context_file, values  # noqa: PLC0415  rarely needed

        if asked.context_file:
            check_context_file(asked.context_file)
        return values(asked.values_file, asked.set)

    # --- Policies ---

    def _kept_stdin(self) -> BinaryIO | None:
        """Standard input for policies that are read twice; None where it is read as it comes."""
        if not self._options.exceptions_within_policies or "-" not in self._options.arguments:
            return None
        from io import BytesIO  # noqa: PLC0415  rarely needed

        return BytesIO(sys.stdin.buffer.read())

    def _policies(self, paths: list[str], stdin: BinaryIO | None) -> PolicySet:
        policies = load_policies(paths, errors="collect", stdin=stdin, providers=self._given.providers)
        self._complain(policies.errors)
        taken = self._options.exceptions_within_policies
        self._complain(note for note in policies.notes if not (taken and note.code == "exception-among-policies"))
        return policies

    def _is_valid(self, policy: Policy) -> bool:
        """Whether the policy can be evaluated: Kyverno would accept it, and all its rules are built.

        Of a policy that Kyverno refuses there is one error (spec 08 §7.4), of one that waits, one for each such rule.
        """
        from kyvernopy.engine.checks import check_policy  # noqa: PLC0415  policies are loaded first

        # Without a source, findings need no second look at the file for their lines; most are warnings, told elsewhere.
        # Upstream: without a cluster, the command does not know which kinds have no namespace.
        if any(finding.severity == "error" for finding in check_policy(replace(policy, source=None), cluster_kinds=())):
            findings = check_policy(policy, cluster_kinds=())
            reason = next(finding for finding in findings if finding.severity == "error")
            say(f"error: policy {policy.key} is invalid and not evaluated: {reason}")
            self._skipped.append((policy.name, reason.message))
            self._counts += Counts(errors=1)
            return False
        for rule in policy.spec.rules:
            if rule.generate or rule.verify_images:
                kind = "generate" if rule.generate else "verifyImages"
                say(f"error: policy {policy.key}: {kind} rules are not supported yet, not evaluated: rule {rule.name}")
                self._counts += Counts(errors=1)
        return True

    # --- Exceptions ---

    def _found_exceptions(
        self, paths: list[str], resources: Iterable[Resource], stdin: BinaryIO | None
    ) -> list[PolicyException]:
        """The exceptions of the places where they are asked for."""
        asked = self._options
        if not (asked.exception or asked.exceptions_with_resources or asked.exceptions_within_policies):
            return []
        from kyvernopy.cli import exceptions as found  # noqa: PLC0415  rarely needed

        places = []
        if asked.exceptions_with_resources:  # Upstream: then those of files are ignored.
            places.append(found.exceptions_among_resources(resources))
        elif asked.exception:
            places.append(found.exceptions_of_files(self._local(asked.exception)))
        if asked.exceptions_within_policies:
            if stdin:
                stdin.seek(0)  # where the policies have been read
            places.append(found.exceptions_among_policies(paths, stdin))
        self._complain(finding for _, findings in places for finding in findings)
        return [exception for exceptions, _ in places for exception in exceptions]

    def _complain_of_unknown_policies(self, policies: PolicySet) -> None:
        if self._exceptions:
            from kyvernopy.policies.exceptions import unknown_policies  # noqa: PLC0415  rarely needed

            self._complain(unknown_policies(self._exceptions, {policy.key for policy in policies}))

    # --- Resources ---

    def _judge(self, judge: Judge, resources: Iterable[Resource]) -> None:
        for resource in with_progress(resources, "resources judged"):
            if resource["kind"] == "GlobalContextEntry" and resource["apiVersion"] == "kyverno.io/v2":
                self._hand_on(Judgement((), (), resource), resource)
                continue  # spec 08 §7.4: it is no resource to be judged
            try:
                judgement = judge.judge(resource)
            except DocumentError as error:
                self._complain([_placed(error.finding, resource)])
                continue
            self._resources += 1
            self._hand_on(judgement, resource)
            self._take(judgement.results)

    def _hand_on(self, judgement: Judgement, resource: Resource) -> None:
        for sink in self._sinks:
            for text in sink.add(judgement, resource):
                self._screen.write(text)

    def _take(self, results: list[RuleResult]) -> None:
        """Count the results of one resource, and keep what the output shows of them."""
        self._results += len(results)
        # One resource at a time: a rule counts once for each, also where two look alike.
        self._counts += count(results, audit_warn=self._options.audit_warn)
        self._output.add(results)
        if not self._options.policy_report:  # which has the messages
            self._troubles.add(results)

    # --- The end ---

    def _print(self, policies: PolicySet) -> None:
        screen, options = self._screen, self._options
        screen.release("" if options.stdin or options.policy_report else self._heading(policies))
        for sink in self._sinks:
            for one in sink.end():
                if isinstance(one, str):
                    screen.write(one)
                    self._would_change = options.check
                else:
                    self._complain([one])
        if options.policy_report or options.table:
            # Upstream: no line break behind the last mutation; a report or table would begin within a line.
            screen.end_line()
        screen.write(skipped_text(self._skipped))
        for part in self._output.parts(self._counts):
            screen.write(part)
        if not self._results:
            say(f"warning: no rule was evaluated (policies: {len(policies)}, resources: {self._resources})")

    def _heading(self, policies: PolicySet) -> str:
        from kyvernopy.policies.autogen import compute_rules  # noqa: PLC0415  only the heading counts rules

        rules = sum(len(compute_rules(policy)) for policy in policies)
        exceptions = f" with {len(self._exceptions)} exception(s)" if self._exceptions else ""
        return f"\nApplying {rules} policy rule(s) to {self._resources} resource(s){exceptions}...\n"

    def _exit_status(self) -> int:
        """Spec 08 §7.7, after what only we say: that the run is incomplete."""
        code = int(self._options.warn_exit_code)
        if self._is_incomplete:
            return INCOMPLETE
        if self._counts.failed or self._counts.errors or self._would_change:
            return 1
        if self._counts.warned and code:
            self._screen.write(f"exit as warnExitCode is {code}")
            return code
        if not self._counts.passed and self._options.warn_no_pass:
            self._screen.write("exit as no objects satisfied policy\n")
            return code
        return 0


def _placed(finding: Finding, resource: Resource) -> Finding:
    """A finding about a document of the resources, with its file and line."""
    if resource.source is None:
        return finding
    return replace(finding, place=replace(finding.place, source=resource.source.name, line=resource.source.line))
