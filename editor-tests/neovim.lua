-- What `neovim.test.ts` asks of Neovim's own client: it is told in environment variables how the server
-- is started, and prints one JSON object. Works with 0.7 (Debian 12) and newer.
local command = vim.json.decode(vim.env.WRIGHT_SERVER)
local buffer = vim.api.nvim_get_current_buf()
local report = {}

local function fail(what)
  io.stderr:write(what .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, seconds, probe)
  if not vim.wait(seconds * 1000, probe, 20) then fail("waited in vain for " .. what) end
end

local function problems()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(buffer)) do
    local related = {}
    for _, place in ipairs(one.user_data.lsp.relatedInformation or {}) do
      table.insert(related, place.message)
    end
    table.insert(found, {
      line = one.lnum,
      column = one.col,
      code = one.code or one.user_data.lsp.code,
      message = one.message,
      related = related,
    })
  end
  return found
end

local function ask(method, line, column, more)
  local params = vim.tbl_extend("force", {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    position = { line = line, character = column },
  }, more or {})
  local answers, problem = vim.lsp.buf_request_sync(buffer, method, params, 10000)
  if not answers then fail(method .. ": " .. tostring(problem)) end
  for _, answer in pairs(answers) do
    if answer.error then fail(method .. ": " .. vim.inspect(answer.error)) end
    return answer.result
  end
end

local client = vim.lsp.start_client({ name = "wright", cmd = command, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(buffer, client)

wait("a diagnostic", 20, function() return #vim.diagnostic.get(buffer) > 0 end)
report.problems = problems()

report.hover = ask("textDocument/hover", 8, 9).contents.value

local edit = ask("textDocument/rename", 8, 16, { newName = "look_up" })
vim.lsp.util.apply_workspace_edit(edit, "utf-16")
report.renamed = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
report.files = {}
for uri in pairs(edit.changes or {}) do table.insert(report.files, vim.fn.fnamemodify(uri, ":t")) end
table.sort(report.files)

-- As if a person typed the cure.
vim.api.nvim_buf_set_lines(buffer, 9, 10, false, {
  "        if word is not None:",
  "            word.run( machine )",
})
wait("the end of the diagnostic", 20, function() return #vim.diagnostic.get(buffer) == 0 end)

local edits = ask("textDocument/formatting", 0, 0, {
  options = { tabSize = 4, insertSpaces = true },
})
vim.lsp.util.apply_text_edits(edits, buffer, "utf-16")
report.formatted = vim.api.nvim_buf_get_lines(buffer, 10, 11, false)[1]

-- A member's name is asked for behind the dot.
vim.api.nvim_buf_set_lines(buffer, 11, 11, false, { "        machine." })
local labels = {}
local found = ask("textDocument/completion", 11, 16)
for _, item in ipairs(found.items or found) do table.insert(labels, item.label) end
report.completion = labels

vim.lsp.stop_client(client)
wait("the end of the server", 10, function() return vim.lsp.client_is_stopped(client) end)
io.stdout:write(vim.json.encode(report) .. "\n")
vim.cmd("qall!")
