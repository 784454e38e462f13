"""A sign-in as people write it themselves: FastAPI, PyJWT, and a table of tokens that are good no more.

It follows the tutorials of its parts: a session of SQLAlchemy to a request, synchronous routes, the
blacklist looked up at each request. Passwords are compared in the clear, because only requests with a
token are measured here.
"""

import os
import socket
import time
import uuid
from typing import Annotated

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

SECRET = os.environ["HOME_MADE_SECRET"]
ALGORITHM = "HS256"
LIFETIME_SECS = 900
PEOPLE = 1000
BLACKLISTED = 1000

engine = create_engine(
    f"sqlite:///{os.environ['HOME_MADE_DATABASE']}",
    connect_args={"check_same_thread": False},
    # With the default of 15 connections it stands still under load: requests that hold one wait for a
    # thread, and the threads wait for a connection.
    pool_size=100,
)
SessionLocal = sessionmaker(bind=engine)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True, index=True)
    password: Mapped[str]
    email: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class BlacklistedToken(Base):
    __tablename__ = "blacklisted_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    jti: Mapped[str] = mapped_column(unique=True, index=True)


class Token(BaseModel):
    access_token: str
    token_type: str


class UserOut(BaseModel):
    id: int
    username: str
    email: str


app = FastAPI()
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


Db = Annotated[Session, Depends(get_db)]


def get_current_user(token: Annotated[str, Depends(oauth2_scheme)], db: Db) -> User:
    unauthorised = HTTPException(401, "could not validate credentials")
    try:
        payload = jwt.decode(token, SECRET, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        raise unauthorised from None
    if db.scalar(select(BlacklistedToken).where(BlacklistedToken.jti == payload["jti"])):
        raise unauthorised
    user = db.scalar(select(User).where(User.username == payload["sub"]))
    if user is None or not user.is_active:
        raise unauthorised
    return user


@app.post("/token")
def sign_in(form: Annotated[OAuth2PasswordRequestForm, Depends()], db: Db) -> Token:
    user = db.scalar(select(User).where(User.username == form.username))
    if user is None or user.password != form.password:
        raise HTTPException(401, "incorrect username or password")
    now = int(time.time())
    claims = {"sub": user.username, "iat": now, "exp": now + LIFETIME_SECS, "jti": str(uuid.uuid4())}
    token = jwt.encode(claims, SECRET, algorithm=ALGORITHM)
    return Token(access_token=token, token_type="bearer")


@app.get("/users/me")
def read_me(user: Annotated[User, Depends(get_current_user)]) -> UserOut:
    return UserOut(id=user.id, username=user.username, email=user.email)


def fill() -> None:
    """Registers the people whom the load generator signs in, and some tokens that are good no more."""
    Base.metadata.create_all(engine)
    with SessionLocal() as db:
        for number in range(PEOPLE):
            name = f"user{number}"
            db.add(User(username=name, password=os.environ["HOME_MADE_PASSWORD"], email=f"{name}@example.org"))
        for _ in range(BLACKLISTED):
            db.add(BlacklistedToken(jti=str(uuid.uuid4())))
        db.commit()


def serve() -> None:
    """One worker on a free port, without a log: as fast as it goes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        # Its five seconds may be over while the others have their turn.
        kept = {"timeout_keep_alive": 600}
        uvicorn.run(app, fd=listener.fileno(), log_level="warning", access_log=False, **kept)


if __name__ == "__main__":
    fill()
    serve()
