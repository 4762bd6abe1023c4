import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { type Listening, listen } from "./loopback-server.ts";

/** A web host that knows nothing but files: a folder is its `index.html`, at an address with a slash at its end. */
export const serveFiles = async (folder: string): Promise<Listening> =>
  await listen(
    createServer((request, response) => {
      const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
      const path = join(folder, decodeURIComponent(pathname));
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory() === true && !pathname.endsWith("/")) {
        response.writeHead(301, { location: `${pathname}/${search}` }).end();
        return;
      }
      const file = found?.isDirectory() === true ? join(path, "index.html") : path;
      if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) response.writeHead(404).end();
      else response.end(readFileSync(file));
    }),
  );
