PRAGMA journal_mode = WAL;
-- Safe when the process is killed; only a power cut could hurt, and then it is only a sandbox.
PRAGMA synchronous = OFF;
PRAGMA busy_timeout = 10000;
PRAGMA cache_size = -65536;
PRAGMA temp_store = MEMORY;

BEGIN;

CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY,
    encoded_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS client (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    redirect_uris TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS code (
    code TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    account INTEGER NOT NULL,
    redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL,
    challenge TEXT,
    expires REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS permit (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    account INTEGER NOT NULL,
    scope TEXT NOT NULL,
    public INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS refresh_token (
    token TEXT PRIMARY KEY,
    permit INTEGER NOT NULL,
    used REAL NOT NULL,
    retired REAL
);
CREATE INDEX IF NOT EXISTS refresh_token_permit ON refresh_token (permit);

CREATE TABLE IF NOT EXISTS access_token (
    token TEXT PRIMARY KEY,
    permit INTEGER NOT NULL,
    expires REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS access_token_permit ON access_token (permit);

CREATE TABLE IF NOT EXISTS contact (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    contact_id TEXT NOT NULL UNIQUE,
    email TEXT,
    email_key TEXT,
    first_name TEXT,
    last_name TEXT,
    job_title TEXT,
    company_name TEXT,
    birthday_month INTEGER,
    birthday_day INTEGER,
    anniversary TEXT,
    permission TEXT NOT NULL,
    confirm_status TEXT NOT NULL DEFAULT 'off',
    opt_in_source TEXT,
    opt_in_date TEXT,
    opt_out_source TEXT,
    opt_out_date TEXT,
    opt_out_reason TEXT,
    email_created_at TEXT,
    email_updated_at TEXT,
    create_source TEXT NOT NULL,
    update_source TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    resubscribe_sent INTEGER NOT NULL DEFAULT 0,
    custom TEXT NOT NULL DEFAULT '{}',
    phones TEXT NOT NULL DEFAULT '[]',
    addresses TEXT NOT NULL DEFAULT '[]',
    taggings TEXT NOT NULL DEFAULT '[]',
    notes TEXT NOT NULL DEFAULT '[]'
);
CREATE UNIQUE INDEX IF NOT EXISTS contact_email ON contact (account, email_key);
CREATE INDEX IF NOT EXISTS contact_updated ON contact (account, updated_at);
CREATE INDEX IF NOT EXISTS contact_opt_out ON contact (account, opt_out_date) WHERE opt_out_date IS NOT NULL;
CREATE INDEX IF NOT EXISTS contact_permission ON contact (account, permission);

CREATE TABLE IF NOT EXISTS contact_list (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    list_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    favorite INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT
);
CREATE INDEX IF NOT EXISTS contact_list_account ON contact_list (account);

CREATE TABLE IF NOT EXISTS membership (
    list INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    since REAL NOT NULL,
    PRIMARY KEY (list, contact)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS membership_contact ON membership (contact);

-- Memberships that ended: what a lagging reader still sees.
CREATE TABLE IF NOT EXISTS departure (
    list INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    since REAL NOT NULL,
    ended REAL NOT NULL,
    PRIMARY KEY (list, contact)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS custom_field (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    custom_field_id TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER,
    metadata TEXT,
    choices TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS custom_field_account ON custom_field (account);

CREATE TABLE IF NOT EXISTS activity (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    activity_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    errors TEXT NOT NULL DEFAULT '[]',
    created REAL NOT NULL,
    starts REAL NOT NULL,
    ends REAL NOT NULL,
    finished REAL
);
CREATE INDEX IF NOT EXISTS activity_open ON activity (account, ends) WHERE finished IS NULL;
CREATE INDEX IF NOT EXISTS activity_finished ON activity (finished) WHERE finished IS NOT NULL;

CREATE TABLE IF NOT EXISTS export_file (activity_id TEXT PRIMARY KEY, account INTEGER NOT NULL, csv TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS flagged (
    account INTEGER NOT NULL,
    email_key TEXT NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (account, email_key)
);

CREATE TABLE IF NOT EXISTS usage (
    client_id TEXT NOT NULL,
    day TEXT NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (client_id, day)
);

CREATE TABLE IF NOT EXISTS request_log (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    status INTEGER NOT NULL,
    ms REAL NOT NULL,
    client_id TEXT NOT NULL,
    note TEXT NOT NULL,
    sent TEXT NOT NULL,
    answered TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS request_log_time ON request_log (time);

COMMIT;
