# Talks to the WebSocket API as a program with Python's websockets does: a line for each conversation.
# CLIENT is JSON: the address, and a token and an API key that are good.
import asyncio
import json
import os

import websockets

try:
    from websockets.asyncio.client import connect

    HEADERS = "additional_headers"
except ImportError:  # before version 13
    from websockets import connect

    HEADERS = "extra_headers"

client = json.loads(os.environ["CLIENT"])
url, token, key = client["url"], client["token"], client["key"]
whoami, ping, frame = '{"action":"whoami"}', '{"action":"ping"}', 32 << 10
bearer = {"Authorization": "Bearer " + token}


async def talk(name, say, at=url, protocols=None, headers=None):
    """Connects, says something, closes with the first answer, and writes what comes of it; permessage-deflate is offered by default."""
    seen = []
    try:
        async with connect(at, subprotocols=protocols, **{HEADERS: headers or {}}) as socket:
            response = socket.response.headers if hasattr(socket, "response") else socket.response_headers
            seen.append("extensions " + response.get("Sec-WebSocket-Extensions", "none"))
            seen.append("protocol " + (socket.subprotocol or "none"))
            try:
                answer = await say(socket) or await socket.recv()
                seen.append(answer)
                await socket.close(1000)
            except websockets.ConnectionClosed:
                pass
        seen.append("closed {} {}".format(socket.close_code, socket.close_reason or ""))
    except websockets.InvalidHandshake as refused:
        status = refused.response.status_code if hasattr(refused, "response") else refused.status_code
        seen.append("status {}".format(status))
    print(name + ": " + "; ".join(seen))


def sends(*frames):
    async def say(socket):
        await socket.send(frames[0] if len(frames) == 1 else frames)

    return say


def fragments(text, length):
    return [text[at : at + length] for at in range(0, len(text), length)]


async def pings(socket):
    await (await socket.ping(b"hello"))
    return "pong hello"


def closes(*how):
    async def say(socket):
        await socket.close(*how)

    return say


async def goes(socket):
    socket.transport.abort()


async def main():
    ask = sends(whoami)
    await talk("a header", ask, headers=bearer)
    await talk("a key", ask, headers={"X-Api-Key": key})
    await talk("both", ask, headers={**bearer, "x-api-key": key})
    await talk("a subprotocol", ask, protocols=["token", token])
    await talk("a query", ask, at=url + "?token=" + token)
    await talk("nothing", ask)
    await talk("a wrong token", ask, headers={"Authorization": "Bearer " + token + "x"})
    await talk("a wrong key beside a good token", ask, headers={**bearer, "X-Api-Key": key + "x"})
    await talk("two tokens", ask, protocols=["token", token], headers=bearer)
    await talk("two subprotocols", ask, protocols=["token", token, "other", "token2"])
    await talk("ping", pings, headers=bearer)
    await talk("fragments", sends(*fragments(ping, 5)), headers=bearer)
    await talk("128 KB", sends(*fragments(ping.ljust(4 * frame), frame)), headers=bearer)
    await talk("128 KB and a byte", sends(*fragments(ping.ljust(4 * frame + 1), frame)), headers=bearer)
    await talk("a frame of 32 KB and a byte", sends(ping.ljust(frame + 1)), headers=bearer)
    await talk("binary", sends(ping.encode()), headers=bearer)
    await talk("a reason", closes(4001, "bye"), headers=bearer)
    await talk("no status", closes(), headers=bearer)
    await talk("gone", goes, headers=bearer)


asyncio.run(main())
