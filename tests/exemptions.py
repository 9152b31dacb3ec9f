"""Recorded answers that the library and its definition do not give, each with the reason.

A key is `<file>/<id of the row>`. A row that begins to agree fails the run, so the list cannot go stale.
KYVERNOPY_NO_EXEMPTIONS=1 lifts all.
"""

from __future__ import annotations

__all__ = ["EXEMPT"]

TYPED_ERRORS = "spec 01 §6.2: the kind of an error is typed, never guessed from the text of a message"
CHANGES = "spec 03 §9.2: results of rules that change, make or verify something, which are not built yet"
POD_SECURITY = "spec 03 §9.2: results of pod security rules, which are not built yet"
PROPERTIES = "spec 03 §9.2: the definition, which answers here for the engine, fills in no properties"
UNUSED_AUTOGEN = "spec 03 §6: an alternative that Kyverno does not use; its annotation is sorted and `none` is empty"
LEFT_OUT = "spec 08 §2.1: a document that holds nothing is left out, also where Kyverno fails on it"
VARIABLES = "spec 02: patterns and messages with variables, which are not built yet"
CONDITIONS = "spec 03 §4, §5.5, §5.7: deny, foreach, context and preconditions, which are not built yet"
EMPTY_LIST = "spec 03 §3.3: a filter does not ask about a list that is empty"

EXEMPT = {
    "anchors/error-class-02": TYPED_ERRORS,
    "anchors/error-class-07": TYPED_ERRORS,
    "anchors/error-class-12": TYPED_ERRORS,
    "anchors/has-key-04": "spec 01 §6.3: the ledger is only ever asked about maps",
    "autogen/v2/Test_GetRequestedControllers/2": UNUSED_AUTOGEN,
    "autogen/v2/Test_GetRequestedControllers/3": UNUSED_AUTOGEN,
    "autogen/v2/Test_GetRequestedControllers/5": UNUSED_AUTOGEN,
    "cli_units/split_documents-05": LEFT_OUT,
    "cli_units/split_documents-06": LEFT_OUT,
    "engine/flow/TestValidate_DenyOverridesValidate": CONDITIONS,
    "engine/flow/TestValidate_context_variable_substitution_CLI": CONDITIONS,
    "engine/flow/TestValidate_foreach_zero_reported_asskip": CONDITIONS,
    "engine/flow/Test_Flux_Kustomization_PathNotPresent/0": CONDITIONS,
    "engine/flow/Test_Flux_Kustomization_PathNotPresent/1": CONDITIONS,
    "engine/flow/Test_Flux_Kustomization_PathNotPresent/2": CONDITIONS,
    "engine/flow/Test_StringInDenyCondition": CONDITIONS,
    "engine/flow/Test_VariableSubstitutionPathNotExistInAnyPattern_AllPathNotPresent": VARIABLES,
    "engine/flow/Test_VariableSubstitutionPathNotExistInAnyPattern_AllPathPresent_NonePatternSatisfy": VARIABLES,
    "engine/flow/Test_VariableSubstitutionPathNotExistInAnyPattern_OnePatternStatisfiesButSubstitutionFails": VARIABLES,
    "engine/flow/Test_VariableSubstitutionPathNotExistInPattern": VARIABLES,
    "engine/flow/Test_VariableSubstitutionValidate_VariablesInMessageAreResolved": CONDITIONS,
    "engine/flow/Test_VariableSubstitution_NotOperatorWithStringVariable": VARIABLES,
    "engine/flow/Test_block_bypass/0": "spec 03 §2.2, §3.1: a subresource of an object without namespace cannot match",
    "engine/flow/Test_foreach_container_deny_fail": CONDITIONS,
    "engine/flow/Test_foreach_container_deny_success": CONDITIONS,
    "engine/flow/Test_foreach_container_fail": CONDITIONS,
    "engine/flow/Test_foreach_container_pass": CONDITIONS,
    "engine/flow/Test_foreach_context_preconditions": CONDITIONS,
    "engine/flow/Test_foreach_context_preconditions_fail": CONDITIONS,
    "engine/flow/Test_foreach_element_validation": CONDITIONS,
    "engine/flow/Test_foreach_skip_initContainer_pass": CONDITIONS,
    "engine/flow/Test_foreach_validate_nested": CONDITIONS,
    "engine/flow/Test_validateOldObject/rule1": CONDITIONS,
    "engine/flow/Test_validateOldObjectForeach/rule0": CONDITIONS,
    "engine/matching/TestCheckName/1": EMPTY_LIST,
    "engine/matching/TestCheckNameSpace/5": EMPTY_LIST,
    "engine/matching/TestCheckNameSpace_EmptyNamespaces": EMPTY_LIST,
    "engine/matching/TestCheckSubjects/0": EMPTY_LIST,
    "engine/matching/TestCheckSubjects/1": EMPTY_LIST,
    "engine/validate-rules/Test_VariableSubstitutionPathNotExistInAnyPattern_AllPathNotPresent": VARIABLES,
    "engine/validate-rules/Test_VariableSubstitutionPathNotExistInAnyPattern_AllPathPresent_NonePatternSatisfy": VARIABLES,
    "engine/validate-rules/Test_VariableSubstitutionPathNotExistInAnyPattern_OnePatternStatisfiesButSubstitutionFails": VARIABLES,
    "engine/validate-rules/Test_VariableSubstitutionPathNotExistInPattern": VARIABLES,
    "engine/validate-rules/Test_VariableSubstitution_NotOperatorWithStringVariable": VARIABLES,
    "flow/TestValidate_foreach_zero_reported_asskip": "spec 03 §5.7: no element, no result; the row looks at each result",
    "flow/Test_block_bypass/0": "spec 03 §2.2, §3.1: a subresource of an object without namespace cannot match",
    "json6902/lib-badcase-22": "spec 04 §4: a null that the patch wrote is an error also with Kyverno's options",
    "policy_validation/Test_SignatureAlgorithm/1": "spec 07: checks of verifyImages, which are not built yet",
    "results/conformance/admission/mutation": CHANGES,
    "results/conformance/admission/test-report-properties": PROPERTIES,
    "results/conformance/background/exception": PROPERTIES,
    "results/conformance/background/exception-with-podsecurity": POD_SECURITY,
    "results/conformance/background/generate": CHANGES,
    "results/conformance/background/multiple-exceptions-with-pod-security": POD_SECURITY,
    "results/conformance/background/mutate-existing": CHANGES,
    "results/conformance/background/report-deletion": POD_SECURITY,
    "results/conformance/background/test-report-background-mode": POD_SECURITY,
    "results/conformance/background/verify-image-fail": CHANGES,
    "results/conformance/background/verify-image-pass": CHANGES,
}
