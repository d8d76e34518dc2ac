BEGIN TRANSACTION;
CREATE TABLE conversation (
            id INTEGER PRIMARY KEY,
            title TEXT NOT NULL DEFAULT '',
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            system_prompt TEXT NOT NULL DEFAULT '',
            sampling TEXT,
            leaf_id INTEGER,
            draft TEXT NOT NULL DEFAULT '',
            pinned INTEGER NOT NULL DEFAULT 0,
            folder TEXT NOT NULL DEFAULT '',
            deleted_at REAL
        , overflow TEXT NOT NULL DEFAULT 'ask', raw INTEGER, prefill TEXT NOT NULL DEFAULT '');
INSERT INTO "conversation" VALUES(1,'어텐션이란?',1000.0,1004.0,'한국어로 답해 주세요.','{"temperature": 0.0, "top_k": 40, "top_p": 0.95, "min_p": 0.05, "repeat_penalty": 1.0, "repeat_last_n": 64, "seed": 3, "max_tokens": 0, "stop": ["\ub05d"]}',4,'다음 질문',0,'',NULL,'ask',NULL,'');
CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
            parent_id INTEGER REFERENCES message(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
            text TEXT NOT NULL,
            created_at REAL NOT NULL,
            info TEXT
        , pinned INTEGER NOT NULL DEFAULT 0);
INSERT INTO "message" VALUES(1,1,NULL,'user','어텐션이란 무엇인가요? 👀',1001.0,NULL,0);
INSERT INTO "message" VALUES(2,1,1,'assistant','**가중합**을 말합니다.',1002.0,'{"model": "tiny", "finish": "stop", "prompt_tokens": 5, "reused_tokens": 0, "completion_tokens": 9, "seconds_to_first_token": 0.1, "decode_seconds": 0.5, "seed": 7, "prefill_tokens": 0, "unsent": []}',0);
INSERT INTO "message" VALUES(3,1,2,'user','더 알려 줘',1003.5,NULL,0);
INSERT INTO "message" VALUES(4,1,1,'assistant','다른 답',1004.0,'{"model": "tiny", "finish": "stop", "prompt_tokens": 5, "reused_tokens": 0, "completion_tokens": 9, "seconds_to_first_token": 0.1, "decode_seconds": 0.5, "seed": 7, "prefill_tokens": 0, "unsent": []}',0);
CREATE TABLE trace (
            message_id INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
            blob BLOB NOT NULL
        );
INSERT INTO "trace" VALUES(2,X'43545431789CAB564A2C2A4AAC2C56B252888E56CA4C2956D25150B2C9340152D1A6B1B1405229273FBDA0283F092293862C539498978D45436A5E49517E4125A6FA92FC8278342B74148C1072D86C822B28C84C4D4E45D36E68862C97939A975E92815B3EA9B224152C5B536A0893054A2BE5A6962402FD5FAD949B9F929A036429BDE99EF376FA0CBDF4F4D23490FAE2D4D414A0B0796D2D17031030023113103303310B4880C1E100038300101FD80F64EF6780024C750DF69818A20EA616A61EA6078459217AF7138731ED05E96703627620E600624E200679841B887980981788F980981FC92DE4E237533B5EB74E7D3B75C69B961D6F664D510000D32C781C');
CREATE INDEX message_conversation ON message(conversation_id);
CREATE INDEX message_parent ON message(parent_id);
COMMIT;
PRAGMA user_version = 2;
