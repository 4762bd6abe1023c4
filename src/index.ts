import { main } from "./hosts/main.ts";

await main();
