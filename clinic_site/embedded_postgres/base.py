"""Django's PostgreSQL backend, with a server of the checkout's own behind it."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import client
from django.db.utils import OperationalError

from clinic_site.postgres import base

from . import server


class DatabaseClient(client.DatabaseClient):
    connection: "DatabaseWrapper"

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        args, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [server.psql(), *args[1:]], env

    def runshell(self, parameters):
        self.connection.join_server()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def __init__(self, settings_dict, *args, **kwargs):
        super().__init__(settings_dict, *args, **kwargs)
        try:
            self.cluster = server.cluster(settings.EMBEDDED_POSTGRES)
        except KeyError:
            raise ImproperlyConfigured(
                f"EMBEDDED_POSTGRES is {settings.EMBEDDED_POSTGRES!r}: expected "
                f"{' or '.join(map(repr, server.FLAVOURS))}."
            ) from None
        self.settings_dict["HOST"] = str(self.cluster.sockets)
        # Given, so that a PGPORT in the environment cannot lead elsewhere.
        self.settings_dict["PORT"] = str(server.PORT)

    def join_server(self):
        """Make sure that the server runs and that this process counts among its users."""
        try:
            self.cluster.join()
        except server.ServerError as error:
            raise OperationalError(str(error)) from None

    def get_connection_params(self):
        self.join_server()
        return super().get_connection_params()

    def get_new_connection(self, conn_params):
        # With a pool, the parameters are asked for only once: a keeper that died since is
        # noticed here.
        self.join_server()
        return super().get_new_connection(conn_params)
