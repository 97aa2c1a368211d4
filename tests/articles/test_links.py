"""Links of the sources are asked, and only what is certainly gone is called gone."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from articles.models import LinkCheck, Source

pytestmark = pytest.mark.django_db(transaction=True)


class Publisher(BaseHTTPRequestHandler):
    """Answers with the status that the path names; leads /moved on."""

    def do_GET(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/200")
        else:
            self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def publisher():
    server = ThreadingHTTPServer(("localhost", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def make_source(key, url):
    return Source.objects.create(
        key=key, title="A paper", venue="Journal", year=2020, url=url, verified="yes"
    )


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/200", "found"),
        ("/moved", "found"),
        ("/404", "gone"),
        ("/410", "gone"),
        ("/403", "unknown"),
        ("/500", "unknown"),
    ],
)
def test_a_link_is_found_gone_or_unknown(publisher, path, answer, capsys):
    make_source("S01", publisher + path)

    try:
        call_command("check_links")
    except CommandError:
        assert answer == "gone"

    assert LinkCheck.objects.get().answer == answer


def test_a_silent_server_is_unknown_and_the_next_check_writes_over(publisher, capsys):
    source = make_source("S01", "http://localhost:9/nobody-listens")
    call_command("check_links")
    assert LinkCheck.objects.get().answer == "unknown"

    Source.objects.filter(pk=source.pk).update(url=f"{publisher}/200")
    call_command("check_links")

    assert LinkCheck.objects.get().answer == "found"
    assert "1 links, 0 gone, 0 did not answer." in capsys.readouterr().out


def test_a_link_that_leads_nowhere_is_named_and_ends_the_command_with_an_error(publisher, capsys):
    make_source("S01", f"{publisher}/404")
    make_source("S02", "")

    with pytest.raises(CommandError, match="1 links lead nowhere"):
        call_command("check_links")

    assert f"S01 gone (404): {publisher}/404" in capsys.readouterr().out


def test_staff_see_in_the_list_what_leads_nowhere(publisher, client, editor, capsys):
    make_source("S01", f"{publisher}/404")
    with pytest.raises(CommandError):
        call_command("check_links")
    client.force_login(editor)

    assert "leads nowhere" in client.get("/admin/articles/source/").text
