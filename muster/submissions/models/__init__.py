"""Submissions to an authority, and the templates by which its files are laid out."""

from muster.submissions.models.submissions import Submission, SubmissionLook, SubmissionResource
from muster.submissions.models.templates import ExportTemplate, TemplateColumn
