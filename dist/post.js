process.env.EXPERT_STACK_PHASE = "post";
await import("./index.js");
