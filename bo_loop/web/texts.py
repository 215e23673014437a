"""All texts of the page, in one place."""

# The door
WRONG_HOST = (
    "Refused: this address is not the one that bo-loop app printed. Open that one; for other "
    "machines, start it with host=0.0.0.0 password=…"
)
WRONG_ORIGIN = "Refused: another page asked for this. Open the address that bo-loop app printed."
NO_TOKEN = (
    "Refused: the token is missing. Open the address that bo-loop app printed; a program sends "
    "its token as Authorization: Bearer …"
)
TOO_LARGE = "Refused: larger than any table that bo-loop reads (256 MiB). Nothing was stored."
WRONG_SECRET = "That was not it."
LOGIN_TITLE = "bo_loop"
LOGIN_TOKEN = "Token"
LOGIN_TOKEN_HINT = "Open the address that bo-loop app printed, or type its token here."
LOGIN_PASSWORD = "Password"
LOGIN_PASSWORD_HINT = "The password with which bo-loop app was started."
LOGIN_BUTTON = "Open"

# The server
NEEDS_PASSWORD = (
    "host={host} lets other machines ask for this page, so it needs password=…: whoever knows it "
    "can read and record in every campaign of {directory}. The connection is not encrypted, and "
    "the password can be read on the way: use it in a network that you trust, or leave host= out."
)
WEAK_PASSWORD = "password= is shorter than {least} characters: others could guess it."
OPEN_TO_ALL = (
    "Other machines can open this page with the password, over a connection that is not encrypted: "
    "http://{name}:{port}/"
)
PORT_TAKEN = (
    "port={port} of {host} cannot be used ({why}). Give another port=, or port=0 for any that is "
    "free."
)
BAD_PORT = "port is {port!r}: it must be a whole number from 0 to 65535."
NOT_INSTALLED = "bo-loop app needs more packages ({missing} is missing): pip install 'bo-loop[app]'"
ADDRESS = "The page: {address}"
HOW_TO_END = "Press Ctrl-C to end it; what was recorded stays."

# Work in other processes
UNDER_WAY = "{task} is under way already. Wait for it, or cancel it."
CANCELLED = "Cancelled. What the ledger holds stays."
LOST = (
    "The computing process ended without an answer: was there too little memory? The ledger is "
    "whole; try again."
)

# REST
API = (
    "The campaigns of this page as JSON. Send the page's token as `Authorization: Bearer …`. "
    "Status 404: there is no such campaign; 409 and 422: the campaign or the input does not allow "
    "it, and `detail` says why; nothing was recorded."
)
NO_CAMPAIGN = "There is no campaign {name!r}."
NO_ROUND = "There is no round {number}; there are {n}."
NO_ROWS = "No row of results was given."
