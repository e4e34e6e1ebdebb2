/** The functions of WASI preview 1 that the runtime calls, as WASI declares them. */
import { I32, I64, type Signature } from "./binary.ts";

export const WASI_MODULE = "wasi_snapshot_preview1";

/** Each parameter: `w` for a word of 32 bits (numbers, addresses), `l` for one of 64. */
function call(params: string): Signature {
  return { params: [...params].map((one) => (one === "w" ? I32 : I64)), results: [I32] };
}

export const WASI: Readonly<Record<string, Signature>> = {
  args_sizes_get: call("ww"),
  args_get: call("ww"),
  environ_sizes_get: call("ww"),
  environ_get: call("ww"),
  clock_time_get: call("wlw"),
  fd_read: call("wwww"),
  fd_write: call("wwww"),
  fd_close: call("w"),
  fd_seek: call("wlww"),
  fd_fdstat_get: call("ww"),
  fd_prestat_get: call("ww"),
  fd_prestat_dir_name: call("www"),
  fd_readdir: call("wwwlw"),
  path_open: call("wwwwwllww"),
  path_filestat_get: call("wwwww"),
  path_create_directory: call("www"),
  path_remove_directory: call("www"),
  path_unlink_file: call("www"),
  path_rename: call("wwwwww"),
  random_get: call("ww"),
  poll_oneoff: call("wwww"),
  proc_exit: { params: [I32], results: [] },
};
