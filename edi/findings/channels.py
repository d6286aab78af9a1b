"""Findings about channels: folders and servers."""

from __future__ import annotations

from edi.findings.entry import Entry

ENTRIES: dict[str, Entry] = {
    # --- NET: channels (folders and servers)
    "NET-001": Entry(
        "error",
        "Unknown type of channel",
        "There is no channel type {found}; there are: {expected}.",
        "Correct `type` of this channel in edi.toml.",
    ),
    "NET-002": Entry(
        "error",
        "Wrong setting of a channel",
        "The setting {found} cannot be used: {expected}.",
        "Correct this channel in edi.toml, then check it with `edi doctor --connect`.",
    ),
    "NET-003": Entry(
        "error",
        "Server name unknown",
        "No server named {found} is known.",
        "Check `host` in edi.toml and this machine's network and name service (DNS).",
    ),
    "NET-004": Entry(
        "error",
        "Server not reachable",
        "The server {found} cannot be reached: {expected}.",
        "Check `host` and `port` in edi.toml, the firewall, and ask the partner whether the server runs and knows your address.",
    ),
    "NET-005": Entry(
        "error",
        "Server does not answer",
        "The server {found} accepted the connection, then said nothing for {expected} seconds.",
        "Try again later; if it stays silent, ask the partner whether his SFTP server is overloaded or blocks your address.",
    ),
    "NET-006": Entry(
        "error",
        "Server key not known yet",
        "The server's key is {found}, and no key is pinned for it.",
        'Ask the partner for the fingerprint of his server, by another way than this connection. If it is the same, add to the channel: host_keys = ["{line}"]',
    ),
    "NET-007": Entry(
        "error",
        "Server key changed",
        "The server shows the key {found}; pinned is {expected}.",
        "Do not connect: someone may stand in between. Ask the partner whether he changed the key; only if he did, replace host_keys of the channel.",
    ),
    "NET-008": Entry(
        "error",
        "Password refused",
        "The server refused the user {found} with this password.",
        "Check `user` and `password` of the channel; ask the partner whether the account is locked or the password has expired.",
    ),
    "NET-009": Entry(
        "error",
        "Key refused",
        "The server refused the user {found} with our key {expected}.",
        "Send the partner the public key that belongs to this fingerprint, and ask him to allow it for this user.",
    ),
    "NET-010": Entry(
        "error",
        "No common encryption",
        "The server and we have no safe encryption method in common: {found}.",
        "Ask the partner to update his server; it offers only methods that are no longer safe.",
    ),
    "NET-011": Entry(
        "error",
        "No file transfer on this server",
        "The server let us in but does not speak SFTP properly: {found}.",
        "Ask the partner to enable SFTP for this user, and check that `port` is the SFTP port.",
    ),
    "NET-012": Entry(
        "error",
        "Folder missing",
        "The folder does not exist, or is not a real folder: {found}.",
        "Create the folder, or correct its name in edi.toml; a link in place of a folder is never followed.",
    ),
    "NET-013": Entry(
        "error",
        "No permission",
        "This folder or file may not be read or changed by us: {found}.",
        "Give the user that runs edi (or our user on the server) the right to read, write, rename and delete there.",
    ),
    "NET-014": Entry(
        "error",
        "Claims on another disk",
        "The folder and the claim area .edi/claims are on different file systems.",
        "Put `path` and `claims` of the channel on the same disk: files are taken by renaming them.",
    ),
    "NET-015": Entry(
        "warning",
        "Connection lost",
        "The connection to the server was lost: {found}.",
        "Nothing to do: it is tried again, and what was begun is finished. If it comes back often, show this to the partner.",
    ),
    "NET-020": Entry(
        "error",
        "Not a regular file",
        "This is no regular file but a link, a pipe, a device or a folder.",
        "It is never opened. Ask the partner to send the file itself, and remove this.",
    ),
    "NET-021": Entry(
        "error",
        "File with several names",
        "This file has a second name elsewhere (a hard link), so it could be changed behind our back.",
        "It is never opened. Put a copy in its place: cp FILE COPY, then remove FILE.",
    ),
    "NET-022": Entry(
        "error",
        "Name not allowed",
        "The file name {found} is not allowed: {expected}.",
        "The file is left where it is. Rename it, or ask the partner for plain names: letters, digits, dot, hyphen, underscore.",
    ),
    "NET-023": Entry(
        "notice",
        "File still being written",
        "The file changed after it was seen: somebody is still writing it.",
        "Nothing to do: it is taken once it has settled. Ask the partner to upload under a temporary name and to rename at the end.",
    ),
    "NET-024": Entry(
        "error",
        "File too large",
        "The file has {found} bytes; at most {expected} are allowed.",
        "The file is left where it is. Raise max_file_bytes in [limits] of edi.toml if it is genuine.",
    ),
    "NET-025": Entry(
        "error",
        "Size does not match",
        "{found} bytes arrived; the server had announced {expected}.",
        "Nothing was taken. It is tried again; if it comes back, the partner's server is faulty or the file is rewritten in place.",
    ),
    "NET-026": Entry(
        "error",
        "Claim refused",
        "The server did not let us rename the file: {found}.",
        'Ask the partner for the right to rename in this folder, or set claim = "in-place" for this channel.',
    ),
    "NET-027": Entry(
        "error",
        "Operation refused",
        "The operation was refused: {found}.",
        "It is tried again. If it comes back, show this message to whoever runs the server or the disk.",
    ),
    "NET-029": Entry(
        "error",
        "Transfer too slow",
        "The transfer was given up: it took longer than {expected} seconds.",
        "It is tried again. If it comes back, check the line, or ask the partner whether his server is overloaded.",
    ),
    "NET-030": Entry(
        "error",
        "Name for delivery not allowed",
        "A file cannot be delivered under the name {found}: {expected}.",
        "Correct the file name pattern of the route in edi.toml; letters, digits and . _ + @ = , ( ) - are safe everywhere.",
    ),
    "NET-031": Entry(
        "error",
        "Name already taken",
        "A file named {found} is already there; it was not overwritten.",
        "Look at both files. Remove or rename the old one and retry, or add {{reference}} or {{time}} to the name in edi.toml.",
    ),
    "NET-032": Entry(
        "error",
        "Upload incomplete",
        "Only {found} of {expected} bytes arrived.",
        "It is tried again, and nothing is visible to the receiver until it is complete.",
    ),
    "NET-033": Entry(
        "error",
        "No space left",
        "There is no space left where the file is to be written: {found}.",
        "Make space on this disk, or ask the partner to; the delivery is then finished by the next run.",
    ),
    "NET-034": Entry(
        "error",
        "File to deliver not readable",
        "The archived file to deliver cannot be read: {found}.",
        "Check the archive with `edi audit verify`.",
    ),
    "NET-035": Entry(
        "warning",
        "Cannot be put back",
        "The file cannot be put back under its name: a newer file has this name. It is kept as {found}.",
        "Nothing to do: it is put back when the newer file has been picked up.",
    ),
    "NET-036": Entry(
        "error",
        "Server hides sizes",
        "The server does not say what kind of file this is, or how large.",
        "Without it an incomplete file cannot be told from a complete one. Ask the partner to enable full file attributes.",
    ),
}
