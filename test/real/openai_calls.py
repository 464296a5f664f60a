"""Calls the gateway with OpenAI's own client and prints, as JSON, what each call came to.

usage: openai_calls.py BASE_URL CA_FILE, the client key in AICC_CLIENT_KEY
"""

import asyncio
import json
import os
import ssl
import sys

import openai

BASE_URL, CA_FILE = sys.argv[1:]
KEY = os.environ["AICC_CLIENT_KEY"]
TIMEOUT_SECONDS = 30
HELLO = [{"role": "user", "content": "hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
ASK_WEATHER = [{"role": "user", "content": "use get_weather"}]


def trusted():
    return ssl.create_default_context(cafile=CA_FILE)


def client(**options):
    http_client = openai.DefaultHttpxClient(verify=trusted())
    defaults = {
        "base_url": BASE_URL,
        "api_key": KEY,
        "http_client": http_client,
        "max_retries": 0,
        "timeout": TIMEOUT_SECONDS,
    }
    return openai.OpenAI(**{**defaults, **options})


def chat(model, **options):
    return client().chat.completions.create(model=model, messages=HELLO, **options)


def models():
    return sorted(model.id for model in client().models.list())


def model():
    return client().models.retrieve("parrot").id


def answer():
    raw = client().chat.completions.with_raw_response.create(
        model="parrot", messages=HELLO, extra_headers={"x-correlation-id": "real-1"}
    )
    completion = raw.parse()
    return {
        "text": completion.choices[0].message.content,
        "finish": completion.choices[0].finish_reason,
        "tokens": completion.usage.total_tokens,
        "backend": raw.headers["x-aicc-backend"],
        "correlation": raw.headers["x-correlation-id"],
    }


def stream():
    chunks = list(chat("parrot", stream=True, stream_options={"include_usage": True}))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    return {
        "text": "".join(choice.delta.content or "" for choice in choices),
        "finish": [choice.finish_reason for choice in choices if choice.finish_reason],
        "several": len(chunks) > 3,
        "usage": chunks[-1].usage.total_tokens > 0,
    }


def tool_call():
    completion = client().chat.completions.create(
        model="toy", messages=ASK_WEATHER, tools=[WEATHER]
    )
    call = completion.choices[0].message.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    messages = [*ASK_WEATHER, completion.choices[0].message.to_dict(), result]
    after = client().chat.completions.create(model="toy", messages=messages, tools=[WEATHER])
    return {
        "finish": completion.choices[0].finish_reason,
        "name": call.function.name,
        "arguments": json.loads(call.function.arguments),
        "after": after.choices[0].message.content,
    }


def tool_stream():
    with client().chat.completions.stream(
        model="toy", messages=ASK_WEATHER, tools=[WEATHER]
    ) as events:
        final = events.get_final_completion()
    call = final.choices[0].message.tool_calls[0]
    return {"name": call.function.name, "arguments": json.loads(call.function.arguments)}


def embeddings():
    reply = client().embeddings.create(model="vectors", input=["a", "b", "a"])
    one, two, three = (item.embedding for item in reply.data)
    return {"same": one == three, "different": one != two, "dimensions": len(one)}


def litellm_embeddings():
    return client().embeddings.create(model="vector", input="a").data[0].embedding


def completion():
    return client().completions.create(model="toy", prompt="hello").choices[0].text


async def many():
    http_client = openai.DefaultAsyncHttpxClient(verify=trusted())
    async with openai.AsyncOpenAI(
        base_url=BASE_URL,
        api_key=KEY,
        http_client=http_client,
        max_retries=0,
        timeout=TIMEOUT_SECONDS,
    ) as caller:

        async def one():
            text = ""
            async for chunk in await caller.chat.completions.create(
                model="parrot", messages=HELLO, stream=True
            ):
                text += chunk.choices[0].delta.content or ""
            return text

        return sorted(set(await asyncio.gather(*(one() for _ in range(16)))))


CASES = {
    "models": models,
    "model": model,
    "answer": answer,
    "stream": stream,
    "tool call": tool_call,
    "tool stream": tool_stream,
    "embeddings": embeddings,
    "embeddings of LiteLLM": litellm_embeddings,
    "completion": completion,
    "many streams": lambda: asyncio.run(many()),
    "no key": lambda: client().models.list(extra_headers={"Authorization": openai.omit}),
    "wrong key": lambda: client(api_key="sk-wrong").models.list(),
    "unknown model": lambda: chat("no-such-model"),
    "request that LiteLLM refuses": lambda: chat("parrot", extra_body={"messages": "none"}),
    "rate limit": lambda: chat("busy"),
    "rate limit of a stream": lambda: list(chat("busy", stream=True)),
    "context too long": lambda: chat("full"),
    "server error": lambda: chat("broken"),
    "server error of a stream": lambda: list(chat("broken", stream=True)),
    "key that LiteLLM refuses": lambda: chat("locked"),
    "key that LiteLLM refuses, streaming": lambda: list(chat("locked", stream=True)),
    "unknown CA": lambda: client(http_client=openai.DefaultHttpxClient()).models.list(),
}


def outcome(case):
    try:
        return {"value": case()}
    except openai.APIStatusError as error:
        return {"error": type(error).__name__, "status": error.status_code, "code": error.code}
    except openai.APIConnectionError as error:
        return {"error": type(error).__name__, "cause": str(error.__cause__)}


json.dump({name: outcome(case) for name, case in CASES.items()}, sys.stdout)
