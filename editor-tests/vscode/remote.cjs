/**
 * The extension host's half of `session.ts`: it fetches functions from the test's process, calls them
 * with the `vscode` API, and sends back what came of it. VS Code calls `run` as it calls any extension's
 * tests.
 */
const vscode = require("vscode");

exports.run = async function () {
  const runner = process.env.WRIGHT_EDITOR_TEST;
  const post = async (answer) => {
    const response = await fetch(runner, { method: "POST", body: JSON.stringify(answer) });
    return response.json();
  };
  let order = await post({ id: 0, result: "ready" });
  while (order.source !== null) {
    const { id, source, argument } = order;
    try {
      const result = await eval(`(${source})`)(vscode, argument);
      order = await post({ id, result: result ?? null });
    } catch (error) {
      order = await post({ id, error: String(error?.stack ?? error) });
    }
  }
};
