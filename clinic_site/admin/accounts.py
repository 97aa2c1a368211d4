"""Staff accounts and groups in the admin, guarded like everything else there."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from articles.admin.guarded import GuardedAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class GuardedUserAdmin(GuardedAdmin, UserAdmin):
    pass


@admin.register(Group)
class GuardedGroupAdmin(GuardedAdmin, GroupAdmin):
    pass
