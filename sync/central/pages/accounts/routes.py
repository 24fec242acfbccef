"""Every page about accounts."""

from litestar.handlers import HTTPRouteHandler

from sync.central.pages.accounts import audit, login, open_id, others, own

ROUTES: tuple[HTTPRouteHandler, ...] = (
    *login.ROUTES,
    *open_id.ROUTES,
    *own.ROUTES,
    *others.ROUTES,
    *audit.ROUTES,
)
