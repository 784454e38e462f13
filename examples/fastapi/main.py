"""An API whose people are a seat server's: a page for everyone, one for whoever is signed in, one for admins.

    LICENCE_SERVER, LICENCE_SITE and LICENCE_PRODUCT say which server; `licence-server dev` prints them.
"""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

from seats import Seats

SERVER = os.environ["LICENCE_SERVER"]
seats = Seats(SERVER, os.environ["LICENCE_SITE"], os.environ["LICENCE_PRODUCT"])

# The button in /docs signs in at the seat server; its `origins` must name this API's.
bearer = OAuth2PasswordBearer(tokenUrl=f"{SERVER}/v1/auth/token")
app = FastAPI(title="An API for whoever has a seat")


def person(token: Annotated[str, Depends(bearer)]):
    """Whoever is signed in and has a seat; 401 for everyone else."""
    try:
        return seats.check(token)
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, str(error), {"WWW-Authenticate": "Bearer"}) from error


Person = Annotated[dict, Depends(person)]


def require_role(role):
    """403 for whoever is signed in without the role."""

    def has_role(claims: Person):
        if role not in claims["roles"]:
            raise HTTPException(403, f"this is for people with the role `{role}`")
        return claims

    return has_role


@app.get("/")
def for_everyone():
    return {"message": "this page is for everyone"}


@app.get("/members")
def for_authorised_users_only(claims: Person):
    return {"message": "this page is for authorised users only", "you": claims["sub"]}


@app.get("/admin")
def for_admins_only(claims: Annotated[dict, Depends(require_role("admin"))]):
    return {"message": "this page is for admins only", "you": claims["sub"]}
