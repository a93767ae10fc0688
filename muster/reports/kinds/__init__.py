"""The kinds of reports: who may order each, what it can be narrowed to, and what makes it."""

from muster.reports.kinds.declared import KINDS, ReportDefinition, definitions_for
