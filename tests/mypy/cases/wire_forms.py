"""Forms that people fill in: readers get the model, and no options that nobody can choose."""

from dataclasses import dataclass
from typing import Any, Literal

from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.sdk import task as plain_task
from pydantic import BaseModel
from typedxcom import Form, dag, task
from typing_extensions import TypedDict


class Review(BaseModel):
    score: int
    note: str = ""


@dataclass
class Amount:
    euros: int


class Limits(TypedDict):
    low: int


class Chosen(TypedDict):
    chosen_options: list[Literal["now", "later"]]
    params_input: Review


class Misspelt(TypedDict):
    chosen_options: list[Literal["Now"]]


class OtherModel(TypedDict):
    params_input: Amount


class OurApproval(ApprovalOperator):
    pass


@task
def text() -> str:
    return "?"


@task
def texts() -> list[str]:
    return ["?"]


@task
def use_review(review: Review) -> None:
    print(review.score)


@task
def use_reviews(reviews: list[Review]) -> None:
    print(reviews)


@task
def use_amount(amount: Amount) -> None:
    print(amount)


@task
def use_limits(limits: Limits) -> None:
    print(limits)


@task
def use_chosen(answer: Chosen) -> None:
    print(answer)


@task
def use_misspelt(answer: Misspelt) -> None:
    print(answer)


@task
def use_other(answer: OtherModel) -> None:
    print(answer)


@task
def use_text(note: str) -> None:
    print(note)


@plain_task
def plain_text(note: str) -> None:
    print(note)


common: dict[str, Any] = {"options": ["now"]}


@dag(schedule=None)
def right() -> None:
    review = Form[Review](task_id="a", subject="?", body=text())
    use_review(review)
    review >> text()
    use_amount(Form[Amount](task_id="b", subject="?"))
    use_limits(Form[Limits](task_id="c", subject="?", retries=1))
    use_review(Form[Review](ApprovalOperator, task_id="d", subject="?", fail_on_reject=True))
    use_review(Form[Review](OurApproval, task_id="e", subject="?"))
    use_review(Form[Review](HITLBranchOperator, task_id="f", subject="?", options=["text"]))
    use_review(Form[Review](HITLEntryOperator, task_id="g", subject="?"))
    use_chosen(Form[Review](task_id="h", subject="?", options=["now", "later"]))
    use_chosen(Form[Review](HITLOperator, task_id="i", subject="?", options=["now"]))
    use_reviews(Form[Review].partial(task_id="j", subject="?").expand(body=texts()))
    use_review.expand(review=Form[Review].partial(task_id="k").expand_kwargs([{"subject": "?"}]))
    use_chosen(Form[Review](task_id="l", subject="?", **common))


@dag(schedule=None)
def wrong() -> None:
    use_text(Form[Review](task_id="a", subject="?"))  # E: Argument "note" of task "use_text" takes "str", but task "a" returns "Review" [xcom-arg]
    plain_text(Form[Review](task_id="b", subject="?"))  # E: Argument "note" of task "plain_text" takes "str", but task "b" returns "Review" [xcom-arg]
    use_amount(Form[Review](ApprovalOperator, task_id="c", subject="?"))  # E: Argument "amount" of task "use_amount" takes "Amount", but task "c" returns "Review" [xcom-arg]
    use_amount(Form[Review](HITLBranchOperator, task_id="d", subject="?", options=["x"]))  # E: Argument "amount" of task "use_amount" takes "Amount", but task "d" returns "Review" [xcom-arg]
    use_misspelt(Form[Review](task_id="e", subject="?", options=["now"]))  # E: Argument "answer" of task "use_misspelt" takes "Misspelt", but task "e" returns "TypedDict({'chosen_options': list[Literal['now']], 'params_input': Review, 'responded_at': datetime, 'responded_by_user': dict[str, Any] | None})": "Literal['now']" is not "Literal['Now']" - at "$.chosen_options[0]" [xcom-arg]
    use_other(Form[Review](task_id="f", subject="?", options=["now"]))  # E: Argument "answer" of task "use_other" takes "OtherModel", but task "f" returns "TypedDict({'chosen_options': list[Literal['now']], 'params_input': Review, 'responded_at': datetime, 'responded_by_user': dict[str, Any] | None})": "Review" is not "Amount" - at "$.params_input" [xcom-arg]
    use_review(Form[Review](task_id="g", subject="?", options=["now"]))  # E: Argument "review" of task "use_review" takes "Review", but task "g" returns "TypedDict({'chosen_options': list[Literal['now']], 'params_input': Review, 'responded_at': datetime, 'responded_by_user': dict[str, Any] | None})" [xcom-arg]
    use_review(Form[Review].partial(task_id="h", subject="?").expand(body=texts()))  # E: Argument "review" of task "use_review" takes "Review", but mapped task "h" returns "list[Review]": "use_review.expand(review=...)" runs it for each item [xcom-arg]
    Form[Review](task_id="i")  # E: No overload variant of "__call__" of "ModelForm" matches argument type "str" [call-overload]
