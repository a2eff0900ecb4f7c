"""What others wrote posts to the running Kairos: Debian's Alertmanager, and PyPI's `standardwebhooks`.

usage: peers.py URL FOLDER SECRET

URL is a Kairos with its playground open and two sources: `tower` (format alertmanager, bearer token "hush") and `crm`
(signed by SECRET). FOLDER is for what the Alertmanager writes.
"""

import datetime
import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

URL, FOLDER, SECRET = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]


def call(url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def private_cards(person):
    """Titles of the cards in somebody's private conversation."""
    _, text = call(f"{URL}/playground/state?as={person}")
    found = []

    def walk(value):
        if isinstance(value, dict):
            if value.get("channel") == f"private-{person}" and isinstance(value.get("card"), dict):
                found.append(value["card"].get("title"))
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads(text))
    return found


def wait_for(what, holds, seconds=40):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            print(f"ok    {what}")
            return
        time.sleep(0.3)
    sys.exit(f"after {seconds} s still not: {what}")


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def alertmanager():
    """A real Alertmanager is told of Ana's numbers; the card reaches her, once."""
    port = free_port()
    config = FOLDER / "alertmanager.yml"
    config.write_text(
        f"""
route: {{receiver: kairos, group_wait: 1s, group_interval: 1s, repeat_interval: 2s, group_by: [alertname]}}
receivers:
  - name: kairos
    webhook_configs:
      - url: {URL}/alerts/tower
        send_resolved: true
        http_config: {{authorization: {{credentials: hush}}}}
"""
    )
    log = open(FOLDER / "alertmanager.log", "wb")
    running = subprocess.Popen(
        ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={FOLDER}/alertmanager",
         f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
        stdout=log, stderr=log,
    )
    try:
        there = f"http://127.0.0.1:{port}"

        def ready():
            try:
                return call(f"{there}/-/ready")[0] == 200
            except OSError:
                return False

        wait_for("Alertmanager is ready", ready)
        now = datetime.datetime.now(datetime.timezone.utc)
        alert = {
            "labels": {"alertname": "CloseRateLow", "person": "playground:ana", "measure": "negotiation-close-rate"},
            "annotations": {"numerator": "9", "denominator": "60", "baseline": "25 %"},
            "startsAt": now.isoformat(),
        }

        def post(alert):
            status, said = call(f"{there}/api/v2/alerts", json.dumps([alert]).encode(), {"content-type": "application/json"})
            assert status == 200, (status, said)

        post(alert)
        wait_for("its alert brings Ana a card in private", lambda: private_cards("ana") == [CARD])
        # Repeats come every two seconds, then the end.
        time.sleep(5)
        post(dict(alert, endsAt=datetime.datetime.now(datetime.timezone.utc).isoformat()))
        time.sleep(4)
        assert private_cards("ana") == [CARD], private_cards("ana")
        print("ok    repeats and the end change nothing")
    finally:
        running.terminate()
        running.wait()


def standard_webhooks():
    """The other side's own library signs; ours believes it, and nobody else."""
    from standardwebhooks import Webhook

    body = json.dumps(
        {"person": "playground:ben", "measure": "negotiation-close-rate", "numerator": 9, "denominator": 60, "baseline": 0.25}
    )

    def post(body, signed, identifier, at):
        signature = Webhook(SECRET).sign(identifier, at, signed)
        headers = {
            "webhook-id": identifier, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature,
            "content-type": "application/json",
        }
        return call(f"{URL}/alerts/crm", body.encode(), headers)[0]

    now = datetime.datetime.now(datetime.timezone.utc)
    assert post(body.replace("9", "1"), body, "msg_forged", now) == 401
    assert post(body, body, "msg_old", now - datetime.timedelta(minutes=6)) == 401
    assert post(body, body, "msg_1", now) == 202
    assert post(body, body, "msg_1", now) == 200
    wait_for("what standardwebhooks signs brings Ben a card in private", lambda: private_cards("ben") == [CARD])
    print("ok    forged, old and repeated are known as such")


CARD = "Five minutes on value before a negotiation"
standard_webhooks()
alertmanager()
