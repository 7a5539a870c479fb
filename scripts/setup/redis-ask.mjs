import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

const TIMEOUT_MS = 5000;

/** The version of the server behind a Redis URL. Throws, without repeating the URL, when it does not answer. */
export function askVersion(url) {
  const { protocol, hostname, port, username, password, pathname } = new URL(
    url,
  );
  const host = hostname.replace(/^\[|\]$/g, "") || "127.0.0.1";
  const where = { host, port: Number(port || 6379) };
  const commands = [];
  if (password !== "") {
    const user = decodeURIComponent(username || "default");
    commands.push(["AUTH", user, decodeURIComponent(password)]);
  }
  commands.push(["INFO", "server"]);
  return new Promise((resolve, reject) => {
    const socket =
      protocol === "unix:"
        ? connect({ path: decodeURIComponent(pathname) })
        : protocol === "rediss:"
          ? connectTls({ ...where, servername: host })
          : connect(where);
    let text = "";
    function end(error, version) {
      socket.destroy();
      if (error)
        reject(new Error(`The server at REDIS_URL does not do: ${error}`));
      else resolve(version);
    }
    socket.setTimeout(TIMEOUT_MS, () => end("no answer"));
    socket.once("error", (error) => end(error.code ?? error.message));
    socket.once("close", () => end("it closed the connection"));
    socket.on("data", (data) => {
      text += data.toString();
      const refused = text.match(/^-(.*)\r\n/m)?.[1];
      const version = text.match(/redis_version:(\d+\.\d+(?:\.\d+)?)/)?.[1];
      if (refused !== undefined) end(refused);
      else if (version !== undefined) end(null, version);
    });
    socket.write(commands.map(encode).join(""));
  });
}

function encode(words) {
  const parts = words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}
