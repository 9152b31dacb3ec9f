"""`kyvernopy apply`: judge resources with policies and print what came of it (spec 08 §7).

Results are counted as they come. Only what the chosen output shows is kept, so that the default output of a large run
holds no more than its failures.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kyvernopy.cli.console import complain, say, styled, with_progress
from kyvernopy.cli.flags import Flags, UsageError
from kyvernopy.policies.autogen import compute_rules
from kyvernopy.policy_set import PolicySet, load_policies
from kyvernopy.reports.counts import Counts, count
from kyvernopy.reports.text import counts_line, results_text
from kyvernopy.resources import load_resources
from kyvernopy.results import Status

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from kyvernopy.policies.model import Policy
    from kyvernopy.results import RuleResult

__all__ = ["apply"]

INCOMPLETE = 2


def apply(arguments: list[str]) -> int:
    """Run the command; returns its exit status."""
    flags = _flags()
    try:
        options = flags.parse(arguments)
        _check(options)
        flags.refuse_unsupported(options)
    except UsageError as error:
        return error.complain()
    return _Run(options).run()


def _flags() -> Flags:
    flags = Flags("apply", "Apply policies to resources.", "POLICY...")
    flags.texts("-r", "--resource", "--resources", help="files, folders or glob patterns; - is standard input")
    flags.boolean("-p", "--policy-report", help="print reports")
    flags.text("--output-format", default="yaml", help="json or yaml, for reports")
    flags.boolean("-t", "--table", help="print a table of results")
    flags.boolean("--detailed-results", help="add messages to the table")
    flags.text("-o", "--output", help="where changed resources go; no rule of this version changes any")
    flags.boolean("-i", "--stdin", help="leave out the heading")
    flags.boolean("--audit-warn", help="count failures of audit policies as warnings")
    flags.number("--warn-exit-code", help="the exit status of a run with warnings")
    flags.boolean("--warn-no-pass", help="end with that exit status if nothing passed")
    flags.boolean("--continue-on-fail", help="accepted: one failing resource never ends a run here")
    flags.boolean("--remove-color", help="no colour")
    flags.text("-u", "--userinfo", help="a UserInfo file: who sends the request")
    for names in _LATER:
        flags.later(*names)
    for names in _LATER_SWITCHES:
        flags.later(*names, takes=False)
    return flags


# Flags that come with rules of other kinds, and those that need a cluster or a registry.
_LATER = [
    ("-s", "--set"),
    ("-f", "--values-file"),
    ("-e", "--exception"),
    ("--exceptions",),
    ("--json",),
    ("--http-payload",),
    ("--envoy-payload",),
    ("--target-resource",),
    ("--target-resources",),
    ("--parameter-resource",),
    ("--context-file",),
    ("--generated-exception-ttl",),
    ("--crd-paths",),
    ("--crd-path",),
    ("--kubeconfig",),
    ("--context",),
    ("-n", "--namespace"),
    ("-b", "--git-branch"),
]
_LATER_SWITCHES = [
    ("-c", "--cluster"),
    ("--exceptions-with-resources",),
    ("--exceptions-within-resources",),
    ("--exceptions-within-policies",),
    ("--generate-exceptions",),
    ("--registry",),
]


def _check(options: argparse.Namespace) -> None:
    """The complaints of spec 08 §7.2, in their order."""
    complaints = [
        (options.set and options.values_file, "pass the values either using set flag or values_file flag"),
        (not options.arguments, "require policy"),
        (
            "-" in options.arguments and "-" in options.resource,
            "a stdin pipe can be used for either policies or resources, not both",
        ),
        (
            options.resource and options.json,
            "both resource and json files can not be used together, use one or the other",
        ),
        (
            not (options.resource or options.json or options.cluster or options.http_payload or options.envoy_payload),
            "resource file(s) or cluster required",
        ),
        (
            options.crd_paths and options.kubeconfig,
            "crd-paths and kubeconfig flags are mutually exclusive, please use only one of them",
        ),
    ]
    for wrong, message in complaints:
        if wrong:
            raise UsageError(message)


@dataclass
class _Run:
    """One run: what it was asked, and what it has found so far."""

    options: argparse.Namespace
    counts: Counts = field(default_factory=Counts)
    kept: list[RuleResult] = field(default_factory=list)
    incomplete: bool = False
    resources: int = 0
    results: int = 0

    def run(self) -> int:
        policies = load_policies(self.options.arguments, errors="collect", stdin=_stdin())
        self.incomplete |= complain([*policies.errors, *policies.notes])
        user = self._user()
        valid = [policy for policy in policies if self._is_valid(policy)]
        for policy in valid:
            self._count_unsupported(policy)
        for result in self._judge(PolicySet(valid), user):
            self.kept.append(result)
        self._print(policies)
        return self._exit_status()

    def _user(self) -> dict[str, Any] | None:
        if not self.options.userinfo:
            return None
        from kyvernopy.cli.user_info import load_user_info  # noqa: PLC0415  rarely needed

        user, findings = load_user_info(self.options.userinfo)
        self.incomplete |= complain(findings)
        return user

    def _is_valid(self, policy: Policy) -> bool:
        """Whether Kyverno would accept the policy; one that it would not is an error, and is not evaluated."""
        from kyvernopy.engine.checks import check_policy  # noqa: PLC0415  after the policies are known

        # Upstream: the commands know no cluster-wide kinds.
        findings = [finding for finding in check_policy(policy, cluster_kinds=()) if finding.severity == "error"]
        if findings:
            say(f"error: policy {policy.name} is invalid and is not evaluated: {findings[0]}")
            self.counts += Counts(errors=1)
        return not findings

    def _count_unsupported(self, policy: Policy) -> None:
        """Rules that this version cannot carry out are errors, each of them once."""
        for rule in policy.spec.rules:
            if rule.validate is None:
                kind = "mutate" if rule.mutate else "generate" if rule.generate else "verifyImages"
                say(f"error: policy {policy.name}: rule {rule.name}: {kind} rules are not supported by this version")
                self.counts += Counts(errors=1)

    def _judge(self, policies: PolicySet, user: dict[str, Any] | None) -> Iterator[RuleResult]:
        """The results that the output shows."""
        options = self.options
        shows_all = options.policy_report or options.table
        resources = load_resources(options.resource, normalize=True, errors="collect", stdin=_stdin())
        for resource in with_progress(resources, "resources judged"):
            self.resources += 1
            results = policies.validate(resource, user=user).results
            self.results += len(results)
            self.counts += count(results, audit_warn=options.audit_warn)
            shared = None
            for result in results:
                if shows_all or result.status is Status.FAIL:
                    shared = result.settle(shared).resource
                    yield result
        self.incomplete |= complain(resources.errors)

    def _print(self, policies: PolicySet) -> None:
        options = self.options
        if not (options.stdin or options.policy_report):
            rules = sum(len(compute_rules(policy)) for policy in policies)
            sys.stdout.write(f"\nApplying {rules} policy rule(s) to {self.resources} resource(s)...\n")
        if options.policy_report:
            self._print_reports()
        elif options.table:
            from kyvernopy.reports.table import results_table  # noqa: PLC0415  rarely needed

            style = styled(remove_color=options.remove_color)
            detailed, audit_warn = options.detailed_results, options.audit_warn
            sys.stdout.write(results_table(self.kept, detailed=detailed, audit_warn=audit_warn, style=style))
        else:
            sys.stdout.write(results_text(self.kept, audit_warn=options.audit_warn))
            sys.stdout.write(counts_line(self.counts))
        if not self.results:
            say(f"warning: no rule was evaluated: {self.resources} resources, and no rule that is for any of them")

    def _print_reports(self) -> None:
        """The merged report, then one for each response of a namespaced policy."""
        import time  # noqa: PLC0415  only reports have a time

        from kyvernopy.documents.emit import emit  # noqa: PLC0415
        from kyvernopy.documents.json_text import write_json  # noqa: PLC0415
        from kyvernopy.reports.policy_report import merged_report, namespaced_reports  # noqa: PLC0415

        as_json, now = self.options.output_format == "json", time.time()
        merged = merged_report(self.kept, timestamp=now, audit_warn=self.options.audit_warn)
        reports = namespaced_reports(self.kept, timestamp=now, audit_warn=self.options.audit_warn)
        for number, report in enumerate([*([merged] if merged else []), *reports]):
            text = write_json(report, sort_keys=True) + "\n" if as_json else emit(report, sort_keys=True)
            sys.stdout.write(text if number == 0 and merged else f"---\n{text}")

    def _exit_status(self) -> int:
        """Spec 08 §7.7, after what Kyverno would not have said: that the run is incomplete."""
        options, counts = self.options, self.counts
        if self.incomplete:
            return INCOMPLETE
        if counts.failed or counts.errors:
            return 1
        if counts.warned and options.warn_exit_code:
            sys.stdout.write(f"exit as warnExitCode is {options.warn_exit_code}")
            return int(options.warn_exit_code)
        if not counts.passed and options.warn_no_pass:
            sys.stdout.write("exit as no objects satisfied policy\n")
            return int(options.warn_exit_code)
        return 0


def _stdin() -> Any:
    return getattr(sys.stdin, "buffer", None)
