"""Addresses of the shell: home, settings, signing in, health, the components page."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from novi_ams.association import admin_user_views, health, look, signing_in, views

urlpatterns = [
    path("", views.home, name="home"),
    path("settings/association/", views.association_settings, name="association_settings"),
    path("settings/association/digest/", views.send_me_digest, name="send_me_digest"),
    path("settings/admin-users/", admin_user_views.people, name="admin_users"),
    path("settings/admin-users/invite/", admin_user_views.invite_person, name="admin_user_invite"),
    path("settings/admin-users/<int:pk>/role/", admin_user_views.role, name="admin_user_role"),
    path("settings/admin-users/<int:pk>/remove/", admin_user_views.remove_person, name="admin_user_remove"),
    path(
        "settings/admin-users/<int:pk>/invite/",
        admin_user_views.invite_person_again,
        name="admin_user_invite_again",
    ),
    path(
        "settings/admin-users/<int:pk>/sign-out/",
        admin_user_views.sign_person_out,
        name="admin_user_sign_out",
    ),
    path("login/", signing_in.SignIn.as_view(), name="login"),
    path("logout/", login_not_required(auth.LogoutView.as_view()), name="logout"),
    path("logout/everywhere/", admin_user_views.sign_me_out_everywhere, name="logout_everywhere"),
    path("password/", signing_in.ChangePassword.as_view(), name="password_change"),
    path("password/changed/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("password/reset/", signing_in.ForgottenPassword.as_view(), name="password_reset"),
    path("password/reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        signing_in.ChooseNewPassword.as_view(),
        name="password_reset_confirm",
    ),
    path("password/reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("operator/look/", look.components, name="look"),
]
