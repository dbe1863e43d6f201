// Talks to the WebSocket API as a program with npm's ws does: a line for each conversation.
// CLIENT is JSON: the address, and a token and an API key that are good.
"use strict";
const WebSocket = require("ws");
const {url, token, key} = JSON.parse(process.env.CLIENT);

// talk connects, says something, closes with the first answer, and writes what comes of it. It offers permessage-deflate, as ws does
// unless it is told not to.
function talk(name, {at = url, protocols = [], headers = {}, say}) {
  const seen = [];
  return new Promise(done => {
    const end = text => { seen.push(text); console.log(name + ": " + seen.join("; ")); done(); };
    const socket = new WebSocket(at, protocols, {headers});
    socket.on("upgrade", response => seen.push("extensions " + (response.headers["sec-websocket-extensions"] || "none")));
    socket.on("unexpected-response", (request, response) => { request.destroy(); end("status " + response.statusCode); });
    socket.on("open", () => { seen.push("protocol " + (socket.protocol || "none")); say(socket); });
    socket.on("message", data => { seen.push(data.length > 1000 ? data.length + " bytes" : String(data)); socket.close(1000); });
    socket.on("pong", data => { seen.push("pong " + data); socket.close(1000); });
    socket.on("error", error => seen.push(error.message));
    socket.on("close", (code, reason) => end("closed " + code + " " + reason));
  });
}

// fragmented sends a text in frames of a length.
function fragmented(socket, text, length) {
  for (let at = 0; at < text.length; at += length) socket.send(text.slice(at, at + length), {fin: at + length >= text.length});
}

const whoami = '{"action":"whoami"}', ping = '{"action":"ping"}', frame = 32 << 10;
const bearer = {headers: {Authorization: "Bearer " + token}};
const ask = socket => socket.send(whoami);

(async () => {
  await talk("a header", {...bearer, say: ask});
  await talk("a key", {headers: {"X-Api-Key": key}, say: ask});
  await talk("both", {headers: {Authorization: "Bearer " + token, "x-api-key": key}, say: ask});
  await talk("a subprotocol", {protocols: ["token", token], say: ask});
  await talk("a query", {at: url + "?token=" + token, say: ask});
  await talk("nothing", {say: ask});
  await talk("a wrong token", {headers: {Authorization: "Bearer " + token + "x"}, say: ask});
  await talk("a wrong key beside a good token", {headers: {Authorization: "Bearer " + token, "X-Api-Key": key + "x"}, say: ask});
  await talk("two tokens", {...bearer, protocols: ["token", token], say: ask});
  await talk("two subprotocols", {protocols: ["token", token, "other", "token2"], say: ask});
  await talk("ping", {...bearer, say: socket => socket.ping("hello")});
  await talk("fragments", {...bearer, say: socket => fragmented(socket, ping, 5)});
  await talk("128 KB", {...bearer, say: socket => fragmented(socket, ping.padEnd(4 * frame), frame)});
  await talk("128 KB and a byte", {...bearer, say: socket => fragmented(socket, ping.padEnd(4 * frame + 1), frame)});
  await talk("a frame of 32 KB and a byte", {...bearer, say: socket => socket.send(ping.padEnd(frame + 1))});
  await talk("binary", {...bearer, say: socket => socket.send(Buffer.from(ping))});
  await talk("a reason", {...bearer, say: socket => socket.close(4001, "bye")});
  await talk("no status", {...bearer, say: socket => socket.close()});
  await talk("gone", {...bearer, say: socket => socket.terminate()});
})();
