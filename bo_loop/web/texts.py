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

# Every page
PAGES = "Pages"
SKIP = "Skip to the content"
CAMPAIGNS = "Campaigns"
ROUND = "Round"
RESULTS = "Results"
LOOK = "Look"
POOL = "Pool"
WHAT_IF = "What if"
HISTORY = "History"
YOUR_NAME = "Your name"
WORKING = "Working"
CANCEL = "Cancel"
ELSEWHERE = "Something was recorded meanwhile, not from this page. {what}"
SHOW = "Show the campaign as it is now"
PAIR = "Pair"
ROW = "Row"
NONE = "none"
YES = "yes"
NO = "no"
CLOSE = "Close"
NO_FILE = "There is no such file."
OR_DROP = "or drop it here"
UPLOADED = "{name} ({size}) is here."
NOT_UPLOADED = "The file was not taken: it is none of {endings}, or larger than 256 MiB."

# Campaigns
NEW = "New campaign"
NO_CAMPAIGNS = "There is no campaign in {directory} yet."
DEMO = (
    "The demo: every Ni²⁺ constant of the embedded databases is hidden from the model, and can "
    "play the laboratory. Its ligands are being described; that takes half a minute."
)
BEST = "Best: {value}, {ligand}"
WAITING = "Waiting for {n}"
NOTHING_WAITS = "Nothing waits: suggest the next round."
CLOSED = "closed"
PAIRS = ("pair", "pairs")
ROUNDS = ("round", "rounds")
MEASURED = ("measured", "measured")
RESULTS_OF = ("result", "results")

# A new campaign
NAME = "Name"
METALS = "Metal ions"
METALS_HINT = "The one to bind; for selectivity also its competitors: Ni+2, Zn+2"
WISH = "What is wanted"
LIGANDS = "Ligands"
LIGAND_KINDS = {
    "common": "198 chelators that can be bought",
    "listed": "A list: names, SMILES, drawings",
    "uploaded": "A table",
}
LINES = "A ligand a line"
LINES_HINT = "A name (EDTA, phen), a SMILES, or both with a semicolon: my ligand; NCC(=O)O"
TABLE = "Table of ligands"
TABLE_HINT = "CSV, Excel or Parquet with the columns ligand and smiles, and cost if there is one."
N_LIGANDS = "Numbers of ligands n in ML_n"
LITERATURE = "Table of constants"
LITERATURE_HINT = (
    "Literature: the 1,027 embedded constants, or your own table (columns metal, charge, smiles, "
    "n_ligands, log_beta), or what bo-loop import wrote."
)
ACIDS = "Table of protonation constants"
ACIDS_HINT = (
    "For a wish at a pH, beside your own table: what protons take of a ligand (columns smiles, "
    "equilibrium, log_K). The embedded constants bring a memory that estimates it."
)
ACIDS_ALONE = "Protonation constants are taken beside a table of constants: upload that, too."
BATCH_SIZE = "Pairs a round"
PREVIEW = "Show the pool"
START = "Start"
PREVIEWED = "{pairs} pairs of {ligands} ligands"
FIRST_SHOWN = "The first {n} are drawn."
DENTICITY = "denticity {denticity}; donors: {donors}"
NO_METAL = "No metal ion is named: give one or more, such as Ni+2."
NO_TABLE = "No table of ligands was uploaded."
NO_LIGANDS = "No ligand is listed: write one a line."
BAD_LIGANDS = "Some lines are not ligands."
NO_LIGAND = "{text!r} is neither a name that bo-loop knows nor a structure that it can read."
SEVERAL_STRUCTURES = "{name!r} is the name of several structures: write one of {smiles}."
VALUE_NEEDED = "{option} needs {name}."
VALUE_UNREADABLE = "{option}: {name} cannot be read: {text!r}."
BAD_COUNT = "{text!r} is not a number of ligands: write 1, or 1, 2."

# Drawing
SMILES = "SMILES"
DRAW = "Draw"
USE_IT = "Add to the list"

# Options
VALUES = "Its values"
AS_BEFORE = "the campaign's own: {what}"
ACQUISITION = "How pairs are chosen"

# A round
SUGGEST = "Suggest a round"
THIS_ROUND_ONLY = "Other settings, for this round only"
IS_CLOSED = "This campaign is closed. It can be reopened under History."
SHOWN_ROUND = "Shown"
ROUND_N = "round {n}"
TO_RESULTS = "Type in results"
WORKBOOK = "The form as a workbook"
PREDICTED = "{quantity} {mean:.2f} ± {sd:.2f}"
MOVED_BY = "Moved by {movers}"
NEAREST = "Known nearest: {nearest}"
OUTCOME = "Now: {outcome}"
OUTSIDE_NOTE = "outside the applicability domain: no known pair is much like it"
BAR_NOTE = "Bars: prediction ± sd, all on one scale."
LEAVE_OUT = "Leave out"
RESTORE = "Take back in"
PICK_OTHERS = "Choose pairs yourself"
PICK_HINT = (
    "Tick pairs of the ranked pool and record them as a round, with their predictions, in place of "
    "what the model would choose."
)
RECORD_PICKS = "Record the ticked ones as a round"
NOTHING_PICKED = "No pair is ticked."
IN_3D = "In three dimensions"
IN_3D_HINT = "Drag to turn, Ctrl and the wheel to zoom."

# The pool
POOL_HINT = (
    "Every pair that may be proposed, best first, as the model of the last round has it. Click a "
    "column to sort, its filter to narrow it; a row shows its structure."
)
RANK = "Rank the pool"
RANK_COLUMN = "Rank"
RANKED = "{n} open pairs. To beat: {reference}."
FILTER = "Filter"
EXPORT = "All of it as CSV"
CHANCE = "chance, %"
ALLOWED = "allowed"
COST = "cost"
NEAREST_KNOWN = "Known nearest"
NOT_RANKED = "The pool has not been ranked yet: do that on its page first."

# Results
RESULTS_HINT = (
    "Type what was measured: 12,3; >20; 12.3 ± 0.2. A column copied from Excel can be pasted onto "
    "a cell, a whole table with its header anywhere. Nothing is recorded before you say so; what "
    "stays empty stays pending."
)
WAS_PREDICTED = "Predicted"
COLUMNS = {
    "log_K_cond": "log K′",
    "log_beta_sd": "sd",
    "total_metal_M": "metal, mol/L",
    "total_ligand_M": "ligand, mol/L",
    "status": "Status",
    "temperature_C": "°C",
    "ionic_strength_M": "I, mol/L",
    "note": "Note",
}
READ_AS = "read as {value}"
UNREADABLE = "{column}: {why}"
RESTORED = "What you had typed is back."
CHECK = "Check"
TAKE_KNOWN = "Fill in the known constants"
NOTHING_WAITS_YET = "No pair waits for a result."
TO_ROUND = "To the rounds"
UPLOAD = "Upload a table"
UPLOAD_HINT = (
    "The form of a round, or any table with log_beta and the pair (CSV, Excel, Parquet; 256 MiB at "
    "most)."
)
UPLOAD_TABLE = "Table of results"
REVIEW = "Before it is recorded"
REVIEW_COLUMNS = ("row", "pair", "result", "doubts")
KNOWN_ALREADY = "{n} of its results are in the ledger already."
NOTHING_TO_RECORD = "No row holds a new result or status."
IT_IS_RIGHT = "It is right"
RECORD = "Record {n}"
STILL_DOUBTFUL = (
    "Nothing was recorded: row {rows} looks doubtful. Tick that it is right, or mend the value and "
    "check again."
)
RECORDED = "Recorded"
NO_RESULTS = "No result stands."
RECORDED_COLUMNS = ("event", "pair", "result", "predicted", "who", "")
NEVER_PROPOSED = "never proposed"
UNDO = "Undo the last log"
UNDONE_HERE = "undone in the browser"
CORRECT = "Correct"
VOID = "Void"
NEW_VALUE = "New {quantity}"
REASON = "Reason"
RIGHT_THOUGH_DOUBTFUL = "It is right, even if it looks doubtful"

# History
HISTORY_HINT = "The ledger: who did what, and what had been predicted at the time. Last first."
EVENT = "Event"
TIME = "Time (UTC)"
WHO = "Who"
KIND = "Kind"
WHAT = "What"
VERIFY = "Verify the record"
VERIFIED = "The record holds in all {n} respects."
REOPEN = "Reopen the campaign"
CLOSE_CAMPAIGN = "Close the campaign"

# Figures
LOOK_HINT = "What the campaign has found, and what its model has learned."
WRITE_REPORT = "Write the report, and open it"
OPEN_REPORT = "The report"
PROGRESS = "Progress"
CALIBRATION = "How right the predictions were"
MODEL = "What the model has learned"
SPACE = "Map of ligands"
WATER = "The best pair in water"
MOVES = "What moves predictions"
SPACE_HINT = (
    "Each dot is a ligand; those with similar structures lie close together (t-SNE of Morgan "
    "fingerprints). Point at one to see it."
)
NOTHING_YET = {
    PROGRESS: "No result can be judged yet.",
    CALIBRATION: "No proposal has a result yet.",
    MODEL: "There is no round yet.",
    SPACE: "There are too few ligands for a map.",
    WATER: "The campaign's wish is not about a pH, or nothing is measured yet. bo-loop speciate "
    "draws any pair.",
}
BEST_SO_FAR = "best so far"
PREDICTED_SD = "predicted ± sd"
MEASURED_ONES = "measured"
EXPERIMENT = "experiment"
AT_PROPOSAL = "{quantity} predicted at the proposal, ± sd"
AS_MEASURED = "{quantity} measured"
RIGHT_MODELS = "95 % of right models"
THIS_CAMPAIGN = "this campaign"
STATED_PROBABILITY = "stated probability of an interval, %"
WITHIN = "results within it, %"
OTHER_IONS = "other metal ions"
OWN_IONS = "the campaign's metal ions"
WITHOUT_IT = "{quantity} predicted without this value"
SHARE_OF_RELEVANCE = "share of all relevance, %"
SHARE_OF_METAL = "share of the metal ion, %"

# What if
PREDICT = "Predict any pair"
METAL = "Metal ion"
N = "Number of ligands n"
PREDICT_IT = "Predict"
COMPARE = "Other settings"
COMPARE_HINT = "What the next round would be under other settings; nothing is recorded."
COMPARE_THEM = "Compare"
OWN_SETTINGS = "The campaign's own settings"
OTHER_SETTINGS = "These settings"
IN_BOTH = "Proposed under both."
RECORD_ROUND = "Record this round"


def counted(n: int, word: tuple[str, str]) -> str:
    """Return ``1 result``, ``2 results``."""
    return f"{n} {word[n != 1]}"
