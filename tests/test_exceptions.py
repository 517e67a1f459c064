"""One base, one built-in each, messages without quotation marks, and problems that become a table."""

from __future__ import annotations

import inspect
import pickle

import critmin as cm
import pytest
from critmin import exceptions

CLASSES = [
    member for _, member in inspect.getmembers(exceptions, inspect.isclass) if member.__module__ == exceptions.__name__
]
PUBLIC = [getattr(exceptions, name) for name in exceptions.__all__]


def test_every_class_is_public_and_a_critmin_error():
    assert len(PUBLIC) >= 16, "found too few exceptions: the test would prove nothing"
    assert {each for each in CLASSES if not each.__name__.startswith("_")} == set(PUBLIC)
    for each in PUBLIC:
        assert issubclass(each, cm.CritminError)
        assert getattr(cm, each.__name__) is each, f"{each.__name__} is not offered by `critmin`"


@pytest.mark.parametrize(
    ("ours", "builtin"),
    [
        (cm.UnknownCommodityError, KeyError),
        (cm.UnknownCountryError, KeyError),
        (cm.UnknownTableError, KeyError),
        (cm.UnknownStudyError, KeyError),
        (cm.UnknownMethodError, KeyError),
        (cm.MethodError, ValueError),
        (cm.MissingColumnError, ValueError),
        (cm.EncodingError, ValueError),
        (cm.InvalidDataError, ValueError),
        (cm.ScenarioError, ValueError),
        (cm.UnreadableFileError, ValueError),
        (cm.ReadError, OSError),
        (cm.WriteError, OSError),
        (cm.MissingInputsError, LookupError),
        (cm.InfeasibleMarketError, ArithmeticError),
        (cm.GraphError, ValueError),
        (cm.ConvergenceError, ArithmeticError),
    ],
)
def test_each_is_also_the_builtin_that_a_user_expects(ours: type[cm.CritminError], builtin: type[Exception]):
    with pytest.raises(builtin, match="what was found"):
        raise ours("what was found")


@pytest.mark.parametrize("each", PUBLIC)
def test_messages_are_printed_as_they_are_and_travel_between_processes(each: type[cm.CritminError]):
    error = each("unknown `x`")
    assert str(error) == "unknown `x`"
    assert str(pickle.loads(pickle.dumps(error))) == "unknown `x`"


def test_problems_become_a_table():
    text = '[{"file": "a.csv", "row": 2, "column": "q", "found": "-1", "expected": "a mass"}]'
    for each in (cm.InvalidDataError, cm.ScenarioError):
        error = each("1 problem", text)
        assert error.problems[0]["row"] == 2
        assert error.frame().to_dicts() == [
            {"file": "a.csv", "row": "2", "column": "q", "found": "-1", "expected": "a mass"}
        ]
        assert pickle.loads(pickle.dumps(error)).problems == error.problems
        assert each("none").frame().is_empty()
