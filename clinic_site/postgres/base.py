from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.db.utils import OperationalError

from clinic_site import deadline


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        left = deadline.seconds_left()
        if left is None or not self.pool:
            return super().get_new_connection(conn_params)
        if not left:
            raise OperationalError("PostgreSQL did not answer in time.")
        # As Django does it, but waiting for the pool no longer than the person can.
        self.isolation_level = IsolationLevel.READ_COMMITTED
        self.pool.open()
        return self.pool.getconn(timeout=min(left, self.pool.timeout))
