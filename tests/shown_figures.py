"""What the figures of the page show, with names that would be tags."""

NAME = "<a href='javascript:alert(1)'>EDTA</a>"

PROGRESS = {
    "label": NAME, "place": [1, 2], "names": [NAME, "b"], "censoring": ["none", "lower"],
    "value": [9.5, 12.0], "mean": [10.0, None], "sd": [1.0, None], "best_at": [1, 2],
    "best": [9.5, 12.0],
}  # fmt: skip
CALIBRATION = {
    "names": [NAME, "b"], "mean": [10.0, 11.0], "sd": [1.0, 1.0], "log_beta": [9.5, 12.0],
    "log_beta_sd": [None, 0.1], "quantity": NAME,
}  # fmt: skip
MODEL = {"observed": [1.0, 2.0], "predicted": [1.5, 2.5], "own": [True, False], "quantity": NAME}
STAGE = {"features": [NAME, "charge"], "shares": [0.6, 0.4], "groups": ["ligand", "metal ion"]}
SPACE = {"x": [0.0, 1.0], "y": [0.0, 1.0], "ligand": [NAME, ""], "smiles": ["C", "CC"],
         "state": ["measured", "open"]}  # fmt: skip
WATER = {"pH": [2.0, 3.0], "species": [{"name": NAME, "share": [1, 2], "low": [0, 1], "high": [2, 3]}]}  # fmt: skip  # noqa: E501
