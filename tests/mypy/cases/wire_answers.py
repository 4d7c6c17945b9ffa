"""What language models and people answer: `output_type`, options and forms."""

from typing import Any, ClassVar, Literal

from airflow.providers.common.ai.operators.agent import AgentOperator
from airflow.providers.common.ai.operators.llm import LLMOperator
from airflow.providers.common.ai.operators.llm_branch import LLMBranchOperator
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.sdk import BaseOperator, Param, PokeReturnValue, dag
from airflow.sdk import task as plain
from pydantic import BaseModel
from typedxcom import task
from typing_extensions import TypedDict


class City(BaseModel):
    name: str
    people: int


class River(BaseModel):
    length: float


class Fields(TypedDict):
    name: str


Mood = Literal["good", "bad"]


class TheirOperator(BaseOperator):
    deserialization_allowed_class_fields: ClassVar[tuple[str, ...]] = ("response_model",)

    def __init__(self, *, response_model: type = str, text: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.response_model = response_model
        self.text = text

    def execute(self, context: Any) -> Any:
        return self.response_model


class TheirList(TheirOperator):
    def execute(self, context: Any) -> list[Any]:
        return [self.response_model]


@task.llm(llm_conn_id="llm", output_type=City)
def city(text: str) -> str:
    return text


@task.llm(llm_conn_id="llm")
def words(text: str) -> str:
    return text


@task.agent(llm_conn_id="llm", output_type=City | River)
def either(text: str) -> list[str]:
    return [text]


@task.agent(llm_conn_id="llm", output_type=[City, River])
def listed(text: str) -> str:
    return text


@task.llm(llm_conn_id="llm", output_type=list[City])
def cities(text: str) -> str:
    return text


@task.llm(llm_conn_id="llm", output_type=City | None)
def maybe(text: str) -> str:
    return text


@task.llm(llm_conn_id="llm", output_type=Mood)
def mood(text: str) -> str:
    return text


@task.llm(llm_conn_id="llm", output_type=Fields)
def fields(text: str) -> str:
    return text


@task.llm(llm_conn_id="llm", output_type=City, serialize_output=True)
def dumped(text: str) -> str:
    return text


@task.llm(llm_conn_id="llm", output_type=City, output=Any)
def loose(text: str) -> str:
    return text


@task.llm_file_analysis(llm_conn_id="llm", file_path="f", output_type=City)
def analysed(text: str) -> str:
    return text


@task.llm_branch(llm_conn_id="llm")
def chosen(text: str) -> str:
    return text


@task.llm_branch(llm_conn_id="llm", allow_multiple_branches=True)
def several(text: str) -> str:
    return text


@task.llm_batch(llm_conn_id="llm", result_path="/x", output_type=City)
def batch(text: str) -> list[str]:
    return [text]


@plain.llm(llm_conn_id="llm", output_type=City)
def plain_city(text: str) -> str:
    return text


@task
def use_city(value: City) -> None:
    print(value)


@task
def use_cities(value: list[City]) -> None:
    print(value)


@task
def use_maybe(value: City | None) -> None:
    print(value)


@task
def use_either(value: City | River) -> None:
    print(value)


@task
def use_text(value: str) -> None:
    print(value)


@task
def use_texts(value: list[str]) -> None:
    print(value)


@task
def use_int(value: int) -> None:
    print(value)


@task
def use_dict(value: dict[str, Any]) -> None:
    print(value)


class Form(TypedDict):
    size: int


class Decision(TypedDict):
    chosen_options: list[Literal["Approve", "Reject"]]
    params_input: Form


class Other(TypedDict):
    chosen_options: list[int]


class Lower(TypedDict):
    chosen_options: list[Literal["approve"]]


class Words(TypedDict):
    params_input: dict[Literal["size"], list[str]]


@task
def use_decision(value: Decision) -> None:
    print(value)


@task
def use_other(value: Other) -> None:
    print(value)


@task
def use_lower(value: Lower) -> None:
    print(value)


@task.sensor(poke_interval=1, output=City)
def found() -> PokeReturnValue:
    return PokeReturnValue(is_done=True, xcom_value=City(name="a", people=1))


@dag(schedule=None)
def right() -> None:
    use_city(found())
    use_city(city("a"))
    use_cities(city.expand(text=["a"]))
    use_city.expand(value=cities("a"))
    use_text(words(words("a")))
    use_either(either("a"))
    use_either(listed("a"))
    use_either(city("a"))
    use_cities(cities("a"))
    use_maybe(maybe("a"))
    use_text(mood("a"))
    use_dict(dumped("a"))
    use_city(dumped("b"))
    use_city(loose("a"))
    use_city(analysed("a"))
    use_text(chosen("a"))
    use_texts(several("a"))
    use_dict(batch("a"))
    use_city(plain_city("a"))
    use_int(city.override(output_type=int)("a"))
    use_text(plain_city.override(output_type=str)("a"))
    use_city(LLMOperator(task_id="a", prompt="a", llm_conn_id="b", output_type=City).output)
    use_text(LLMOperator(task_id="b", prompt="a", llm_conn_id="b").output)
    use_either(AgentOperator(task_id="c", prompt="a", llm_conn_id="b", output_type=City).output)
    use_text(LLMBranchOperator(task_id="d", prompt="a", llm_conn_id="b").output)
    use_city(TheirOperator(task_id="f", response_model=City).output)
    asked = LLMOperator.partial(task_id="l", llm_conn_id="b", output_type=City).expand(prompt=["a"])
    use_cities(asked.output)
    use_city.expand(value=asked.output)
    use_texts(LLMOperator.partial(task_id="m", llm_conn_id="b").expand(prompt=["a"]).output)
    anything = LLMOperator.partial(task_id="n", llm_conn_id="b", prompt="a")
    use_cities(anything.expand(output_type=[City, str]).output)
    other = LLMOperator.partial(task_id="o", llm_conn_id="b", prompt="a")
    use_cities(other.expand_kwargs([{"output_type": City}]).output)
    use_cities(
        TheirOperator.partial(task_id="q", response_model=City).expand(text=["a"]).output
    )
    branch = HITLBranchOperator.partial(task_id="p", options=["x"])
    use_texts.expand(value=branch.expand(subject=["a"]).output)
    use_cities(TheirList(task_id="g", response_model=City).output)
    use_decision(ApprovalOperator(task_id="h", subject="a").output)
    use_decision(
        HITLOperator(
            task_id="i",
            subject="a",
            options=["Approve", "Reject"],
            params={"size": Param(1, type="integer")},
        ).output
    )
    use_texts(HITLBranchOperator(task_id="j", subject="a", options=["x"]).output)
    use_dict(HITLEntryOperator(task_id="k", subject="a").output)


@dag(schedule=None)
def wrong() -> None:
    use_text(found())  # E: Argument "value" of task "use_text" takes "str", but task "found" returns "City" [xcom-arg]
    use_text(city("a"))  # E: Argument "value" of task "use_text" takes "str", but task "city" returns "City" [xcom-arg]
    use_city(words("a"))  # E: Argument "value" of task "use_city" takes "City", but task "words" returns "str" [xcom-arg]
    use_city(city.expand(text=["a"]))  # E: Argument "value" of task "use_city" takes "City", but mapped task "city" returns "list[City]": "use_city.expand(value=...)" runs it for each item [xcom-arg]
    use_cities(city("b"))  # E: Argument "value" of task "use_cities" takes "list[City]", but task "city" returns "City" [xcom-arg]
    use_city(either("a"))  # E: Argument "value" of task "use_city" takes "City", but task "either" returns "City | River" [xcom-arg]
    use_city(listed("a"))  # E: Argument "value" of task "use_city" takes "City", but task "listed" returns "City | River" [xcom-arg]
    use_city(maybe("a"))  # E: Argument "value" of task "use_city" takes "City", but task "maybe" returns "City | None" [xcom-arg]
    use_city(cities("a"))  # E: Argument "value" of task "use_city" takes "City", but task "cities" returns "list[City]": "use_city.expand(value=...)" runs it for each item [xcom-arg]
    use_int(mood("a"))  # E: Argument "value" of task "use_int" takes "int", but task "mood" returns "Literal['good', 'bad']" [xcom-arg]
    use_city(fields("a"))  # E: Argument "value" of task "use_city" takes "City", but task "fields" returns "Fields" [xcom-arg]
    use_int(dumped("a"))  # E: Argument "value" of task "use_int" takes "int", but task "dumped" returns "dict[str, Any]" [xcom-arg]
    use_text(analysed("a"))  # E: Argument "value" of task "use_text" takes "str", but task "analysed" returns "City" [xcom-arg]
    use_int(chosen("a"))  # E: Argument "value" of task "use_int" takes "int", but task "chosen" returns "str" [xcom-arg]
    use_text(several("a"))  # E: Argument "value" of task "use_text" takes "str", but task "several" returns "list[str]": "use_text.expand(value=...)" runs it for each item [xcom-arg]
    use_cities(batch("a"))  # E: Argument "value" of task "use_cities" takes "list[City]", but task "batch" returns "dict[str, Any]" [xcom-arg]
    use_text(plain_city("a"))  # E: Argument "value" of task "use_text" takes "str", but task "plain_city" returns "City" [xcom-arg]
    city(1)  # E: Argument 1 to "city" has incompatible type "int"; expected "str" [arg-type]
    use_city(city.override(output_type=int)("a"))  # E: Argument "value" of task "use_city" takes "City", but task "city" returns "int" [xcom-arg]
    use_int(LLMOperator(task_id="a", prompt="a", llm_conn_id="b", output_type=City).output)  # E: Argument "value" of task "use_int" takes "int", but task "a" returns "City" [xcom-arg]
    use_int(LLMOperator(task_id="b", prompt="a", llm_conn_id="b").output)  # E: Argument "value" of task "use_int" takes "int", but task "b" returns "str" [xcom-arg]
    use_city(AgentOperator(task_id="c", prompt="a", llm_conn_id="b", output_type=River).output)  # E: Argument "value" of task "use_city" takes "City", but task "c" returns "River" [xcom-arg]
    asking = LLMOperator.partial(task_id="l", llm_conn_id="b", output_type=City)
    use_city(asking.expand(prompt=["a"]).output)  # E: Argument "value" of task "use_city" takes "City", but mapped task "l" returns "list[City]": "use_city.expand(value=...)" runs it for each item [xcom-arg]
    use_texts(asking.expand(prompt=["a"]).output)  # E: Argument "value" of task "use_texts" takes "list[str]", but mapped task "l" returns "list[City]" [xcom-arg]
    use_texts(asking.expand_kwargs([{"prompt": "a"}]).output)
    use_int(LLMBranchOperator(task_id="d", prompt="a", llm_conn_id="b").output)  # E: Argument "value" of task "use_int" takes "int", but task "d" returns "str" [xcom-arg]
    use_int(TheirOperator(task_id="f", response_model=City).output)  # E: Argument "value" of task "use_int" takes "int", but task "f" returns "City" [xcom-arg]
    use_other(ApprovalOperator(task_id="h", subject="a").output)  # E: Argument "value" of task "use_other" takes "Other", but task "h" returns "TypedDict({'chosen_options': list[str], 'params_input': dict[str, Any], 'responded_at': datetime, 'responded_by_user': dict[str, Any] | None})": "str" is not "int" - at "$.chosen_options[0]" [xcom-arg]
    use_lower(ApprovalOperator(task_id="i", subject="a").output)  # E: Argument "value" of task "use_lower" takes "Lower", but task "i" returns "TypedDict({'chosen_options': list[str], 'params_input': dict[str, Any], 'responded_at': datetime, 'responded_by_user': dict[str, Any] | None})": "str" is not "Literal['approve']" - at "$.chosen_options[0]" [xcom-arg]
    use_int(HITLBranchOperator(task_id="j", subject="a", options=["x"]).output)  # E: Argument "value" of task "use_int" takes "int", but task "j" returns "list[str]" [xcom-arg]


@task.llm(llm_conn_id="llm")  # E: Task "number" must return the prompt: a str, or a list of texts, images and the like, not "int" [xcom-task]
def number() -> int:
    return 1


@task.agent(llm_conn_id="llm")  # E: Task "numbers" must return the prompt: a str, or a list of texts, images and the like, not "list[int]" [xcom-task]
def numbers() -> list[int]:
    return [1]


@task.llm_branch(llm_conn_id="llm")  # E: Task "nothing" must return the prompt: a str, or a list of texts, images and the like, not "str | None" [xcom-task]
def nothing() -> str | None:
    return None


@task.llm(llm_conn_id="llm")  # E: Task "raw" must return the prompt: a str, or a list of texts, images and the like, not "bytes" [xcom-task]
def raw() -> bytes:
    return b""


@task.agent(llm_conn_id="llm")  # E: Task "mapping" must return the prompt: a str, or a list of texts, images and the like, not "dict[str, str]" [xcom-task]
def mapping() -> dict[str, str]:
    return {}


@task.llm_file_analysis(llm_conn_id="llm", file_path="f")  # E: Task "parts" must return the prompt as a str, not "list[str]" [xcom-task]
def parts() -> list[str]:
    return []


@task.llm_batch(llm_conn_id="llm", result_path="/x")  # E: Task "one" must return the prompts: a list of str, or of dicts with a prompt, not "str" [xcom-task]
def one() -> str:
    return ""


@plain.llm(llm_conn_id="llm")  # E: Task "plain_number" must return the prompt: a str, or a list of texts, images and the like, not "int" [xcom-task]
def plain_number() -> int:
    return 1
