"""Calls the gateway with the Python clients of OpenAI and Anthropic and with LangChain; prints, as JSON, what was heard.

usage: sdk_calls.py ORIGIN CA_FILE, the client key in AICC_CLIENT_KEY; stdin is JSON:
{"setups": [...], "cases": {name: {"chat": fields, "responses": fields, "messages": fields}}}
"""

import json
import os
import ssl
import sys

import anthropic
import openai
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

ORIGIN, CA_FILE = sys.argv[1:]
KEY = os.environ["AICC_CLIENT_KEY"]
# Before anything asks for a context: LangChain makes clients of its own.
os.environ["SSL_CERT_FILE"] = CA_FILE
ASKED = json.load(sys.stdin)
TIMEOUT_SECONDS = 30
ENDS = {
    "stop": "stop", "end_turn": "stop", "completed": "stop", "tool_calls": "tools", "tool_use": "tools",
}


class StreamFailed(Exception):
    pass


def openai_client(**options):
    http_client = openai.DefaultHttpxClient(verify=ssl.create_default_context(cafile=CA_FILE))
    defaults = {"base_url": f"{ORIGIN}/v1", "api_key": KEY, "max_retries": 0, "timeout": TIMEOUT_SECONDS}
    return openai.OpenAI(http_client=http_client, **{**defaults, **options})


def anthropic_client(**options):
    http_client = anthropic.DefaultHttpxClient(verify=ssl.create_default_context(cafile=CA_FILE))
    defaults = {"base_url": ORIGIN, "api_key": KEY, "max_retries": 0, "timeout": TIMEOUT_SECONDS}
    return anthropic.Anthropic(http_client=http_client, **{**defaults, **options})


def called(name, arguments):
    return {"name": name, "input": json.loads(arguments)}


def heard_in_completion(completion):
    choice = completion.choices[0]
    return {
        "text": choice.message.content or "",
        "calls": [called(c.function.name, c.function.arguments) for c in choice.message.tool_calls or []],
        "end": ENDS[choice.finish_reason],
        "input": completion.usage.prompt_tokens,
        "output": completion.usage.completion_tokens,
    }


def heard_in_response(response):
    calls = [called(i.name, i.arguments) for i in response.output if i.type == "function_call"]
    return {
        "text": response.output_text,
        "calls": calls,
        "end": "tools" if calls else ENDS[response.status],
        "input": response.usage.input_tokens,
        "output": response.usage.output_tokens,
    }


def heard_in_message(message):
    usage = message.usage
    return {
        "text": "".join(b.text for b in message.content if b.type == "text"),
        "calls": [{"name": b.name, "input": b.input} for b in message.content if b.type == "tool_use"],
        "end": ENDS[message.stop_reason],
        "input": usage.input_tokens + (usage.cache_read_input_tokens or 0),
        "output": usage.output_tokens,
    }


def chat(model, fields, **options):
    return heard_in_completion(openai_client(**options).chat.completions.create(model=model, **fields["chat"]))


def chat_stream(model, fields, **options):
    with openai_client(**options).chat.completions.stream(
        model=model, **fields["chat"], stream_options={"include_usage": True}
    ) as stream:
        return heard_in_completion(stream.get_final_completion())


def responses(model, fields, **options):
    return heard_in_response(openai_client(**options).responses.create(model=model, **fields["responses"]))


def responses_stream(model, fields, **options):
    with openai_client(**options).responses.stream(model=model, **fields["responses"]) as stream:
        for event in stream:
            # The library raises nothing for it: that is left to whoever reads.
            if event.type == "error":
                raise StreamFailed(event.message)
        return heard_in_response(stream.get_final_response())


def messages(model, fields, **options):
    return heard_in_message(anthropic_client(**options).messages.create(model=model, **fields["messages"]))


def messages_stream(model, fields, **options):
    with anthropic_client(**options).messages.stream(model=model, **fields["messages"]) as stream:
        return heard_in_message(stream.get_final_message())


@tool
def get_weather(city: str) -> str:
    """Weather"""
    return "sunny"


def langchain_model(which, model):
    if which == "ChatOpenAI":
        return ChatOpenAI(
            model=model, base_url=f"{ORIGIN}/v1", api_key=KEY, max_retries=0, timeout=TIMEOUT_SECONDS
        )
    return ChatAnthropic(
        model=model, base_url=ORIGIN, api_key=KEY, max_retries=0, timeout=TIMEOUT_SECONDS, max_tokens=50
    )


def text_of(message):
    if isinstance(message.content, str):
        return message.content
    return "".join(part.get("text", "") for part in message.content if isinstance(part, dict))


def langchain(which, setup):
    plain = langchain_model(which, f"{setup}.plain")
    parts = list(plain.stream("Say hello."))
    tooled = langchain_model(which, f"{setup}.tools").bind_tools([get_weather])
    answer = tooled.invoke([HumanMessage("Please use get_weather.")])
    calls = [{"name": call["name"], "input": call["args"]} for call in answer.tool_calls]
    # The whole way round: the result goes back in the client's protocol.
    after = plain.invoke(
        [
            HumanMessage("Please use get_weather."),
            AIMessage("", tool_calls=answer.tool_calls),
            ToolMessage("sunny", tool_call_id=answer.tool_calls[0]["id"]),
        ]
    )
    return {
        "invoke": text_of(plain.invoke("Say hello.")),
        "stream": "".join(text_of(part) for part in parts),
        "several": len(parts) > 1,
        "usage": plain.invoke("Say hello.").usage_metadata["output_tokens"],
        "calls": calls,
        "after": text_of(after),
    }


WAYS = {
    "chat completions": chat,
    "chat completions, streamed": chat_stream,
    "responses": responses,
    "responses, streamed": responses_stream,
    "messages": messages,
    "messages, streamed": messages_stream,
}
PLAIN = ASKED["cases"]["plain"]


def cases():
    for setup in ASKED["setups"]:
        for way, ask in WAYS.items():
            for name, fields in ASKED["cases"].items():
                yield f"{way} before {setup}: {name}", lambda a=ask, s=setup, n=name, f=fields: a(
                    f"{s}.{n.replace(' ', '-')}", f
                )
            for name in ("busy", "broken", "error"):
                yield f"{way} before {setup}: {name}", lambda a=ask, s=setup, n=name: a(f"{s}.{n}", PLAIN)
            slug = "-".join(way.replace(",", "").split())
            yield f"{way} before {setup}: again", lambda a=ask, s=setup, w=slug: a(
                f"{s}.busy-once-{w}", PLAIN, max_retries=1
            )
        for which in ("ChatOpenAI", "ChatAnthropic"):
            yield f"{which} before {setup}", lambda w=which, s=setup: langchain(w, s)
        yield f"count_tokens before {setup}", lambda s=setup: count_tokens(f"{s}.plain")
    for way in ("messages", "responses"):
        yield f"{way}: unknown model", lambda a=WAYS[way]: a("nobody-has-this", PLAIN)
        yield f"{way}: wrong key", lambda a=WAYS[way]: a("hub.plain", PLAIN, api_key="sk-wrong")
    yield "models of OpenAI", lambda: sorted(model.id for model in openai_client().models.list())
    yield "models of Anthropic", lambda: sorted(model.id for model in anthropic_client().models.list())
    yield "OpenAIEmbeddings", lambda: OpenAIEmbeddings(
        model="hub.plain", base_url=f"{ORIGIN}/v1", api_key=KEY, check_embedding_ctx_length=False
    ).embed_query("a")


def count_tokens(model):
    fields = {name: value for name, value in PLAIN["messages"].items() if name != "max_tokens"}
    return anthropic_client().messages.count_tokens(model=model, **fields).input_tokens


def outcome(case):
    try:
        return {"value": case()}
    except (openai.APIStatusError, anthropic.APIStatusError) as error:
        library = type(error).__module__.split(".")[0]
        return {"error": f"{library}.{type(error).__name__}", "status": error.status_code}
    except StreamFailed as error:
        return {"error": "openai.APIErrorEvent", "says": str(error)}
    except (openai.APIError, anthropic.APIError) as error:
        return {"error": f"{type(error).__module__.split('.')[0]}.{type(error).__name__}", "says": str(error)}


json.dump({name: outcome(case) for name, case in cases()}, sys.stdout)
