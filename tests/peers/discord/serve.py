#!/usr/bin/env python3
"""A simulated Discord on loopback: PyPI `simcord` behind real HTTP and a real WebSocket.

What Discord would do - permissions, limits, components, modals, threads, tokens, intents - is simcord's. Of our own are
the wire (gateway frames, heartbeats, resume), what simcord leaves out (`enforce_nonce`, whether somebody takes private
messages, rate limits), the faults that a test asks for, and a record of every request.

usage: serve.py            prints one line of JSON with address, token and ids, then serves until its stdin closes
control, same port:        POST /__ctl/NAME with a JSON body; see `Control`
"""

import asyncio
import copy
import io
import json
import re
import sys
import time
import types
import datetime
import traceback

import discord
from aiohttp import WSMsgType, web
from simcord import intents as Intents, interactions as Interactions
from simcord._clock import Clock
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType
from simcord.http import router
from simcord.http import routes as _routes  # noqa: F401  (registers the routes)

TOKEN = "sim.bot.token.of.some.length"


class WallClock(Clock):
    """simcord's own clock stands still; this one runs, and can be moved on."""

    ahead = 0.0

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.ahead)

    def advance(self, seconds):
        self.ahead += seconds


class Server:
    def __init__(self):
        self.connections, self.sessions = [], {}
        self.requests, self.faults, self.nonces = [], [], {}
        self.closed_dms, self.denied_intents, self.without_files = set(), set(), set()
        self.mute, self.heartbeat, self.shards, self.port = 0, 41250, 1, 0
        self.gateway_url = self.resume_url = None
        self.without_v2, self.flags, self.token = False, 0, TOKEN
        self.backend = Backend(clock=WallClock())
        self.backend.subscribers.append(self.on_event)
        guild = self.guild = self.backend.create_guild("Sim Guild")
        self.users = {}
        for name in ("ana", "ben"):
            user = self.users[name] = self.backend.make_user(name)
            self.backend.add_member(guild.id, user.id)
        self.channels = {name: self.backend.create_channel(guild.id, name) for name in ("deals", "general")}

    # ---- gateway
    def shaped(self, connection, event, payload):
        gate = Intents.required_intent(event, payload)
        if gate is not None and not getattr(connection.intents, gate):
            return None
        payload, bot = copy.deepcopy(dict(payload)), self.backend.bot_user.id
        if not connection.intents.message_content:
            if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
                Intents.censor_message(payload, bot, backend=self.backend)
        if event == "GUILD_CREATE":
            Intents.prune_guild_create(payload, connection.intents, bot)
        return payload

    def on_event(self, event, payload):
        for connection in list(self.sessions.values()):
            shaped = self.shaped(connection, event, payload)
            if shaped is not None:
                connection.dispatch(event, shaped)

    async def gateway(self, request):
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        connection = Connection(self, socket)
        self.connections.append(connection)
        connection.put({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": self.heartbeat}})
        try:
            async for message in socket:
                if message.type != WSMsgType.TEXT:
                    continue
                frame = json.loads(message.data)
                if frame["op"] == 1:
                    connection.beats += 1
                    if self.mute > 0:
                        self.mute -= 1
                    else:
                        connection.put({"op": 11, "s": None, "t": None, "d": None})
                elif frame["op"] == 2:
                    await connection.identify(frame["d"])
                elif frame["op"] == 6:
                    connection.resume(frame["d"])
        finally:
            self.connections.remove(connection)
            connection.alive = False
        return socket

    # ---- REST
    async def rest(self, request):
        path = "/" + request.match_info["tail"]
        body, files = await read_body(request)
        entry = {"method": request.method, "path": path, "body": copy.deepcopy(body), "files": len(files), "at": time.time()}
        self.requests.append(entry)
        if self.without_v2 and isinstance(body, dict) and int(body.get("flags") or 0) & 1 << 15:
            entry["status"] = 400
            return web.json_response({"code": 50035, "message": "Invalid Form Body"}, status=400)
        fault = self.fault_for(request.method, path)
        if fault and fault["how"] == "answer":
            entry["status"] = fault["status"]
            headers = {name: str(value) for name, value in fault.get("headers", {}).items()}
            return web.json_response(fault.get("body", {}), status=fault["status"], headers=headers)
        if fault and fault["how"] == "hang":  # it never gets any further
            await asyncio.sleep(3600)
        response = self.answer(request, path, body, files)
        entry["status"] = response.status
        if response.status >= 400:
            entry["answer"] = response.text
        if fault and fault["how"] == "lose":
            request.transport.close()
        return response

    def fault_for(self, method, path):
        for fault in self.faults:
            if fault["times"] > 0 and fault["method"] == method and re.search(fault["path"], path):
                fault["times"] -= 1
                return fault
        return None

    def answer(self, request, path, body, files):
        if path == "/gateway/bot":
            limit = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1}
            url = self.gateway_url or f"ws://127.0.0.1:{self.port}/gw"
            return web.json_response({"url": url, "shards": self.shards, "session_start_limit": limit})
        is_open = path.startswith(("/interactions/", "/webhooks/")) and path.count("/") >= 3
        if not is_open and request.headers.get("Authorization") != f"Bot {self.token}":
            return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
        if path == "/oauth2/applications/@me":
            told = router.dispatch(self.backend, "GET", path, json=None, params={}, files=[], reason=None)
            return web.json_response({**told, "flags": self.flags})
        sent_to = re.fullmatch(r"/channels/(\d+)/messages", path) if request.method == "POST" else None
        nonce = body.get("nonce") if sent_to and isinstance(body, dict) and body.get("enforce_nonce") else None
        if nonce and (sent_to[1], nonce) in self.nonces:
            return web.json_response(self.nonces[sent_to[1], nonce])
        channel = re.match(r"/channels/(\d+)/messages", path)
        if files and channel and int(channel[1]) in self.without_files:
            return web.json_response({"code": 50013, "message": "Missing Permissions"}, status=403)
        try:
            if sent_to:
                self.require_open_dm(int(sent_to[1]))
            out = router.dispatch(
                self.backend, request.method, path, json=body, params=dict(request.query), files=files, reason=None
            )
        except BackendError as error:
            return web.json_response(error.to_json(), status=error.status)
        except Exception as error:  # a gap in the simulation must be loud
            traceback.print_exc()
            return web.json_response({"message": f"{type(error).__name__}: {error}", "code": 0}, status=500)
        if nonce:
            self.nonces[sent_to[1], nonce] = out
        if out is None or path.endswith("/callback"):
            return web.Response(status=204)
        return web.json_response(out)

    def require_open_dm(self, channel_id):
        channel = self.backend.channels.get(channel_id)
        if channel is not None and set(getattr(channel, "recipient_ids", ())) & self.closed_dms:
            raise BackendError(403, 50007, "Cannot send messages to this user")

    # ---- control
    async def control(self, request):
        body = await request.json() if request.can_read_body else {}
        try:
            out = await getattr(Control, request.match_info["name"])(self, **body)
        except BackendError as error:
            return web.json_response(error.to_json(), status=error.status)
        except Exception as error:
            traceback.print_exc()
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=500)
        return web.json_response({} if out is None else out)

    def user(self, name):
        return self.users[name].id

    def info(self):
        ids = lambda things: {name: str(thing.id) for name, thing in things.items()}  # noqa: E731
        return {
            "base": f"http://127.0.0.1:{self.port}",
            "token": TOKEN,
            "application": str(self.backend.application_id),
            "bot": str(self.backend.bot_user.id),
            "guild": str(self.guild.id),
            "users": ids(self.users),
            "channels": ids(self.channels),
        }

    def payload(self, message):
        return dict(serializers.message_payload(self.backend, message))


class Control:
    """What a test can do and look at. Each method is POST /__ctl/ITS-NAME; ids are strings."""

    async def info(server):
        return server.info()

    async def say(server, channel, user, text, reply_to=None):
        reference = {"message_id": reply_to, "channel_id": channel} if reply_to else None
        kind = 19 if reply_to else None
        message = server.backend.create_message(
            int(channel), server.user(user), text, reference=reference, message_type=kind
        )
        return {"id": str(message.id)}

    async def bot_posts(server, channel, name, embed):
        """Another bot of the server posts what its template makes of an alert."""
        if name not in server.users:
            server.users[name] = server.backend.make_user(name, bot=True)
            server.backend.add_member(server.guild.id, server.users[name].id)
        message = server.backend.create_message(int(channel), server.user(name), "", embeds=[embed])
        return {"id": str(message.id)}

    async def private(server, user):
        return {"id": str(server.backend.get_dm_channel(server.user(user)).id)}

    async def edit(server, channel, message, text):
        server.backend.edit_message(int(channel), int(message), {"content": text})

    async def delete(server, channel, message):
        server.backend.delete_message(int(channel), int(message))

    async def react(server, channel, message, user, emoji, added):
        how = server.backend.add_reaction if added else server.backend.remove_reaction
        how(int(channel), int(message), emoji, server.user(user))

    async def join(server, name):
        user = server.users[name] = server.backend.make_user(name)
        server.guild.system_channel_id = server.channels["general"].id
        server.backend.add_member(server.guild.id, user.id, announce=True)

    async def commands(server, commands):
        """Somebody else registers other commands for the application."""
        path = f"/applications/{server.backend.application_id}/commands"
        router.dispatch(server.backend, "PUT", path, json=commands, params={}, files=[], reason=None)

    async def messages(server, channel):
        return [server.payload(message) for message in server.backend.messages[int(channel)].values()]

    async def exists(server, channel):
        return {"exists": int(channel) in server.backend.messages}

    async def interact(server, kind, channel, user, data, message=None, sent=True):
        """kind 2: a command, 3: a click, 4: letters typed into a command, 5: a form that was sent.

        With `sent` false it is not delivered: the test does that itself, over HTTP."""
        channel_id = int(channel)
        guild_id = server.backend.get_channel(channel_id).guild_id
        record, payload = Interactions.base_payload(
            server.backend, type=kind, channel_id=channel_id, guild_id=guild_id, user_id=server.user(user), data=data
        )
        if message:
            found = server.backend.get_message(channel_id, int(message))
            record.source_message_id = found.id
            payload["message"] = server.payload(found)
        if sent:
            server.backend.emit("INTERACTION_CREATE", payload)
        return {"id": str(record.id), "payload": payload}

    async def token(server, interaction):
        return {"token": server.backend.interactions[int(interaction)].token}

    async def grant_time(server, interaction):
        """The first answer may come later than after three seconds."""
        server.backend.interactions[int(interaction)].initial_response_deadline = None

    async def callback(server, interaction, answer):
        """The first answer that came back over HTTP."""
        record = server.backend.interactions[int(interaction)]
        path = f"/interactions/{record.id}/{record.token}/callback"
        router.dispatch(server.backend, "POST", path, json=answer, params={}, files=[], reason=None)

    async def answers(server, interaction):
        """What became of an interaction."""
        record = server.backend.interactions[int(interaction)]
        source = record.source_message_id
        ids = [one for one in [record.message_id, *record.followup_ids] if one and one != source]
        there = server.backend.messages[record.channel_id]
        messages = [server.payload(there[one]) for one in ids if one in there]
        return {
            "kind": record.response_kind,
            "modal": record.modal,
            "suggestions": record.autocomplete_choices,
            "messages": messages,
            "source": server.payload(there[source]) if source in there else None,
        }

    async def emit(server, event, data):
        server.backend.emit(event, data)

    async def requests(server):
        return server.requests

    async def fault(server, how, method, path, times=1, **more):
        server.faults.append({"how": how, "method": method, "path": path, "times": times, **more})

    async def close_private(server, user):
        server.closed_dms.add(server.user(user))

    async def deny(server, channel, permissions):
        bot = server.backend.bot_user.id
        overwrite = Overwrite(target_id=bot, type=OverwriteType.MEMBER, deny=int(permissions))
        server.backend.set_overwrite(int(channel), overwrite)
        if int(permissions) & 1 << 15:  # to attach files, which the simulation itself does not ask for
            server.without_files.add(int(channel))

    async def permissions(server, channel, user):
        return {"bits": str(server.backend.compute_permissions(server.guild.id, server.user(user), int(channel)))}

    async def grant(server, user, permissions):
        role = server.backend.create_role(server.guild.id, "steward", permissions=int(permissions))
        server.backend.add_member_role(server.guild.id, server.user(user), role.id)

    async def settings(server, **values):
        for name, value in values.items():
            if name == "denied_intents":
                value = set(value)
            setattr(server, name, value)

    async def frame(server, frame):
        for connection in server.connections:
            connection.put(frame)

    async def drop(server, code):
        for connection in list(server.connections):
            await connection.socket.close(code=code)

    async def forget_sessions(server):
        server.sessions.clear()

    async def state(server):
        return {
            "connections": len(server.connections),
            "identified": Connection.identified,
            "resumed": Connection.resumed,
            "refused": Connection.refused,
            "beats": sum(connection.beats for connection in server.connections),
            "intents": [connection.intents.value for connection in server.connections],
        }


class Connection:
    identified, resumed, refused = 0, 0, 0

    def __init__(self, server, socket):
        self.server, self.socket = server, socket
        self.number, self.sent, self.beats, self.alive = 0, [], 0, True
        self.intents, self.session = discord.Intents.none(), None
        self.queue = asyncio.Queue()
        self.pump = asyncio.ensure_future(self.run())

    async def run(self):
        while True:
            frame = await self.queue.get()
            try:
                await self.socket.send_str(json.dumps(frame, separators=(",", ":")))
            except Exception:
                self.alive = False

    def put(self, frame):
        self.queue.put_nowait(frame)

    def dispatch(self, event, data):
        self.number += 1
        frame = {"op": 0, "s": self.number, "t": event, "d": data}
        self.sent = (self.sent + [frame])[-1000:]
        if self.alive:
            self.put(frame)

    async def identify(self, data):
        # Discord takes the token with its kind before it too, as it stands in the header of requests.
        if data["token"].removeprefix("Bot ") != self.server.token:
            Connection.refused += 1
            await self.socket.close(code=4004, message=b"Authentication failed.")
            return
        self.intents = discord.Intents._from_value(data["intents"])
        if any(getattr(self.intents, name) for name in self.server.denied_intents):
            Connection.refused += 1
            await self.socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        if data.get("shard", [0, 1])[1] < self.server.shards:
            Connection.refused += 1
            await self.socket.close(code=4011, message=b"Sharding required.")
            return
        Connection.identified += 1
        backend, self.session = self.server.backend, f"session-{id(self):x}"
        self.dispatch("READY", {
            "v": 10,
            "user": dict(serializers.user_payload(backend.bot_user)),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in backend.guilds.values()],
            "session_id": self.session,
            "resume_gateway_url": self.server.resume_url or f"ws://127.0.0.1:{self.server.port}/gw",
            "shard": data.get("shard", [0, 1]),
            "application": {"id": str(backend.application_id), "flags": 0},
        })
        self.server.sessions[self.session] = self
        for guild in backend.guilds.values():
            payload = self.server.shaped(self, "GUILD_CREATE", serializers.guild_create_payload(backend, guild))
            self.dispatch("GUILD_CREATE", payload)

    def resume(self, data):
        old = self.server.sessions.get(data["session_id"])
        if old is None:
            self.put({"op": 9, "s": None, "t": None, "d": False})
            return
        Connection.resumed += 1
        old.alive = False
        self.intents, self.session = old.intents, old.session
        self.number, self.sent = old.number, old.sent
        self.server.sessions[self.session] = self
        for frame in self.sent:
            if frame["s"] > data["seq"]:
                self.put(frame)
        self.dispatch("RESUMED", {})


async def read_body(request):
    if not request.can_read_body:
        return None, []
    if not request.headers.get("Content-Type", "").startswith("multipart/"):
        raw = await request.read()
        return (json.loads(raw) if raw else None), []
    body, files, told = None, [], {}
    async for part in await request.multipart():
        data = await part.read()
        if part.name == "payload_json":
            body = json.loads(data)
            told = {file["filename"]: file.get("description") for file in body.get("attachments", [])}
        else:
            name = part.filename or "file"
            about = {"filename": name, "description": None, "spoiler": False, "size": len(data)}
            files.append(types.SimpleNamespace(fp=io.BytesIO(data), **about))
    for file in files:  # the form's parts come in any order
        file.description = told.get(file.filename)
    return body, files


async def main():
    server = Server()
    app = web.Application(client_max_size=30 << 20)
    app.router.add_post("/__ctl/{name}", server.control)
    app.router.add_get("/gw", server.gateway)
    app.router.add_get("/gw/", server.gateway)
    app.router.add_route("*", "/api/v10/{tail:.*}", server.rest)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.1)
    await site.start()
    server.port = site._server.sockets[0].getsockname()[1]
    print(json.dumps(server.info()), flush=True)
    # Whoever started us holds our stdin: when they are gone, so are we.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.wait_for(runner.cleanup(), 1)


if __name__ == "__main__":
    asyncio.run(main())
