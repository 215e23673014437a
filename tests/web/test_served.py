"""The running server: what it serves, to whom, what it leaves behind; a round by clicks."""

import os
import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
import small_campaign
from page_server import browser, needs_browser, opened, served, type_in

from bo_loop import Campaign

HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(1)</script>"
    "{{constructor.constructor('alert(1)')()}}</title>\"'&lt;"
)
PAGES = ["", "new", *(f"campaign/small/{tab}" for tab in (
    "round", "results", "look", "pool", "what-if", "history",
))]  # fmt: skip


OPERABLE = {"button", "link", "textbox", "combobox", "checkbox", "radio", "spinbutton", "searchbox"}


def base(address):
    return address[0].partition("?")[0]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "campaigns"
    with pytest.MonkeyPatch.context() as patch:
        pool = small_campaign.POOL.copy()
        pool.loc[0, "ligand"] = HOSTILE
        small_campaign.cheapen(patch, pool)
        small_campaign.start(folder).suggest()
    with served(folder) as found:
        yield found, folder


@pytest.fixture(scope="module")
def window():
    with browser() as made:
        yield made


@pytest.fixture
def client(address):
    with httpx.Client(base_url=base(address), timeout=120.0) as made:
        made.get(f"/?{urlsplit(address[0]).query}")
        yield made


def state(folder):
    files = (path for path in folder.parent.rglob("*") if path.is_file())
    return {path: path.stat().st_size for path in files}


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_nothing_from_elsewhere(client, page):
    answer = client.get(f"/{page}")
    assert answer.status_code == 200
    found = re.findall(r"""(?:src|href)=["']([^"']*)|url\(["']?([^"')]*)""", answer.text)
    assert len(found) > 5
    assert not [one for pair in found for one in pair if one and not re.match(r"/(?!/)|data:", one)]
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_the_editor_is_served_from_here_with_its_licence(client):
    assert "JSApplet" in client.get("/static/editor.js").text
    assert client.get("/static/jsme/jsme.nocache.js").status_code == 200
    assert "Redistribution and use" in client.get("/static/jsme/license.txt").text


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "POST", "headers": {"origin": "http://evil.example"}}, 403),
        ({"method": "POST", "headers": {"host": "evil.example"}}, 403),
        ({"method": "POST", "cookies": False}, 401),
    ],
)
def test_strangers_are_refused_and_nothing_is_written(address, client, request_, status):
    before = state(address[1])
    request = dict(request_)
    if request.pop("cookies", True) is False:
        client.cookies.clear()
    for path in ("/api/campaigns/small/void", "/_nicegui/client/x/upload/1"):
        assert client.request(url=path, **request).status_code == status
    assert state(address[1]) == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "ours"}, 101),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "ours", "Cookie": ""}, 403),
    ],
)
def test_no_other_page_opens_a_socket(address, headers, status):
    url = urlsplit(address[0])
    token = url.query.removeprefix("token=")
    connection = HTTPConnection(url.netloc, timeout=120)
    connection.putrequest("GET", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket")
    sent = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    sent |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    sent |= {"Cookie": f"bo_loop_{url.port}={token}"} | headers
    for name, value in sent.items():
        connection.putheader(name, value.replace("ours", f"http://{url.netloc}"))
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_a_gigabyte_is_refused_before_it_is_sent(address):
    before, url = state(address[1]), urlsplit(address[0])
    token = url.query.removeprefix("token=")
    for path in ("/api/campaigns/small/results", "/_nicegui/client/x/upload/1"):
        connection = HTTPConnection(url.netloc, timeout=120)
        connection.putrequest("POST", path)
        connection.putheader("Authorization", f"Bearer {token}")
        connection.putheader("Content-Length", str(2**30))
        connection.endheaders(b"log_beta")
        assert connection.getresponse().status == 413
        connection.close()
    assert state(address[1]) == before


@pytest.mark.parametrize(
    "path",
    [
        "/files/%2e%2e/report.html",
        "/files/..%2f..%2fetc/form/1",
        "/static/..%2f..%2fserver.py",
        "/static/jsme/%2e%2e/%2e%2e/server.py",
        "/campaign/%2e%2e/round",
        "/api/campaigns/%2e%2e%2fsmall",
    ],
)
def test_no_path_leads_out(address, client, path):
    before = state(address[1])
    answer = client.get(path)
    assert "import" not in answer.text or "<html" in answer.text
    assert answer.status_code in (200, 404, 409)
    assert answer.status_code != 200 or "refused" in answer.text
    assert state(address[1]) == before


def test_it_leaves_nothing_behind_in_the_working_folder(address):
    assert os.listdir(address[1].parent) == ["campaigns"]


@needs_browser
def test_a_round_is_logged_by_clicks(address, window):
    complaints = []
    url, directory = address
    campaign = Campaign.open("small", directory)
    page = opened(window, url, complaints)
    page.get_by_role("link", name="small").click()
    cards = page.get_by_role("listitem")
    assert HOSTILE in cards.first.inner_text()
    assert "10.00 ± 1.00" in cards.first.inner_text()
    assert page.get_by_role("link", name="Round").get_attribute("aria-current") == "page"

    page.get_by_role("link", name="Results", exact=True).click()
    page.wait_for_selector('[col-id="log_beta"]')
    type_in(page, 0, "log_beta", "10,4 ± 0.2")
    type_in(page, 1, "log_beta", ">30")
    page.get_by_text("read as above 30.0").wait_for()
    page.reload()
    page.get_by_text("What you had typed is back.").wait_for()
    page.get_by_role("button", name="Check").click()
    page.get_by_text("20.0 sd away").wait_for()
    assert campaign.measurements().empty

    page.get_by_role("button", name="Record 2 results").click()
    page.get_by_text("row 3 looks doubtful").wait_for()
    assert campaign.measurements().empty

    other = opened(window, url, complaints)
    other.goto(page.url)
    other.get_by_role("button", name="Check").wait_for()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("checkbox", name="It is right").click()
    page.get_by_role("button", name="Record 2 results").click()
    page.get_by_text("log β > 30").first.wait_for()
    assert campaign.measurements()["log_beta"].tolist() == [10.4, 30.0]
    assert set(campaign.measurements()["operator"]) == {"Ada"}
    other.get_by_text("Something was recorded meanwhile").wait_for()
    assert "Ada" in other.get_by_role("alert").first.inner_text()

    page.get_by_role("button", name="Undo the last log").click()
    page.get_by_text("No result stands").wait_for()
    assert campaign.measurements().empty
    page.get_by_role("link", name="History").click()
    page.get_by_text("undone in the browser").first.wait_for()
    assert complaints == []


@pytest.mark.slow
@needs_browser
def test_a_column_is_pasted_from_a_spreadsheet(address, window):
    complaints = []
    page = opened(window, address[0], complaints)
    page.goto(f"{base(address)}campaign/small/results")
    page.wait_for_selector('[col-id="log_beta"]')
    page.locator('.ag-row[row-index="0"] [col-id="log_beta"]').click()
    page.keyboard.press("Escape")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "9,5\\t0.1\\r\\n8.25\\t\\r\\n");
            document.activeElement.dispatchEvent(new ClipboardEvent("paste",
                {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    page.get_by_text("read as 8.25").wait_for()
    cells = page.locator('.ag-row[row-index="0"]').inner_text().split("\n")
    assert {"9,5", "0.1"} < set(cells)
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Record 2 results").wait_for()
    assert complaints == []


@pytest.mark.slow
@needs_browser
def test_tables_are_uploaded_by_mouse_and_by_key(address, window, tmp_path):
    complaints = []
    page = opened(window, address[0], complaints)
    page.goto(f"{base(address)}campaign/small/results")
    page.get_by_text("Upload a table").click()
    button = page.get_by_role("button", name="Table of results")
    tables = {"wrong.csv": "a,b\n1,2\n", "right.csv": "pair_id,log_beta\nNi+2:L1:A,9.5\n"}
    for name, text in tables.items():
        (tmp_path / name).write_text(text)
    with page.expect_file_chooser() as chosen:
        button.click()
    chosen.value.set_files(tmp_path / "wrong.csv")
    page.get_by_text("wrong.csv: missing columns").wait_for()
    button.focus()
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files(tmp_path / "right.csv")
    page.get_by_role("button", name="Record 1 result").wait_for()
    assert not page.get_by_text("wrong.csv").is_visible()
    (tmp_path / "results.txt").write_text("x")
    page.set_input_files("input[type=file]", tmp_path / "results.txt")
    page.get_by_text("The file was not taken").wait_for()
    assert complaints == []


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("width", [390, 1200])
def test_pages_fit_and_everything_on_them_has_a_name(address, window, width):
    complaints = []
    page = opened(window, address[0], complaints, viewport={"width": width, "height": 844})
    tree = page.context.new_cdp_session(page)
    for path in PAGES:
        page.goto(base(address) + path)
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_timeout(1000)  # grids are drawn
        closed = page.locator(".q-expansion-item .q-item[aria-expanded=false]:visible")
        while closed.count():
            closed.first.click()
        page.wait_for_timeout(500)  # they open
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        nodes = tree.send("Accessibility.getFullAXTree")["nodes"]
        unnamed = [
            node
            for node in nodes
            if not node["ignored"]
            and node["role"]["value"] in OPERABLE
            and not node.get("name", {}).get("value")
        ]
        assert unnamed == [], path
    assert complaints == []


@pytest.mark.slow
@needs_browser
def test_the_keyboard_reaches_the_content_and_records_a_result(address, window):
    complaints = []
    page = opened(window, address[0], complaints)
    page.goto(f"{base(address)}campaign/small/round")
    page.get_by_role("button", name="Suggest a round").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to the content"
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip() == "Leave out":
            break
    else:
        raise AssertionError("no way to Leave out")
    assert "rgb" in page.evaluate("getComputedStyle(document.activeElement).outline")
    page.goto(f"{base(address)}campaign/small/results")
    page.wait_for_selector('[col-id="log_beta"]')
    page.locator('.ag-header-cell[col-id="row"]').focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("9,5")
    page.keyboard.press("Enter")
    page.get_by_text("read as 9.5").wait_for()
    assert complaints == []


@needs_browser
def test_the_token_leaves_the_address_and_is_told_to_nobody(address, window):
    complaints, sent = [], []
    page = opened(window, address[0], complaints)
    page.on("request", lambda request: sent.append((request.url, request.headers)))
    token = urlsplit(address[0]).query.removeprefix("token=")
    page.goto(address[0])  # known by its cookie already
    page.wait_for_load_state("networkidle")
    assert token not in page.url
    page.get_by_role("link", name="small").click()
    page.get_by_role("button", name="Suggest a round").wait_for()
    assert not [url for url, headers in sent if token in headers.get("referer", "")]
    assert not [url for url, _ in sent if token in url and url != address[0]]
    assert complaints == []
