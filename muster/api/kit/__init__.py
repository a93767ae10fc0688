"""The API's conventions, written once: answers, errors, sign-in and permission of a route, lists, repeats.

Modules that declare routes do not postpone annotations: django-ninja reads them as objects.
"""

from muster.api.kit.answers import answer, day_stamp, failure, in_shape, key, list_answer, stamp, timestamp, warning
from muster.api.kit.door import Door, NotSignedIn, request_actor, request_object, sign_in_with
from muster.api.kit.fields import (
    Amount,
    Clock,
    Date,
    Day,
    Deleted,
    Failure,
    In,
    Listed,
    Moment,
    PersonOut,
    Stamped,
    Success,
    expected_version,
    must_send,
)
from muster.api.kit.lists import PageQuery, Paging, WholeOrPaged, filter_by_ids, page_of, whole_list
from muster.api.kit.parsing import request_body
