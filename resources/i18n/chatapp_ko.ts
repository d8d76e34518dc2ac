<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About ChatApp</source>
        <translation>ChatApp 정보</translation>
    </message>
    <message>
        <source>Chat with a language model on your own computer, and see inside it.</source>
        <translation>내 컴퓨터에서 언어 모델과 대화하고, 그 속을 들여다보세요.</translation>
    </message>
    <message>
        <source>Versions, folders and licences</source>
        <translation>버전, 폴더, 라이선스</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Open data folder</source>
        <translation>데이터 폴더 열기</translation>
    </message>
    <message>
        <source>ChatApp {version}, licence Apache-2.0</source>
        <translation>ChatApp {version}, 라이선스 Apache-2.0</translation>
    </message>
    <message>
        <source>Python {python}, Qt {qt}, {system}</source>
        <translation>Python {python}, Qt {qt}, {system}</translation>
    </message>
    <message>
        <source>Conversations: {path}</source>
        <translation>대화: {path}</translation>
    </message>
    <message>
        <source>Settings: {path}</source>
        <translation>설정: {path}</translation>
    </message>
    <message>
        <source>Models: {path}</source>
        <translation>모델: {path}</translation>
    </message>
    <message>
        <source>Logs and crash reports: {path}</source>
        <translation>로그와 오류 보고서: {path}</translation>
    </message>
    <message>
        <source>Made with:</source>
        <translation>사용한 소프트웨어:</translation>
    </message>
</context>
<context>
    <name>ActionRow</name>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>편집</translation>
    </message>
    <message>
        <source>Regenerate: ask for another reply</source>
        <translation>다시 생성: 다른 답변 받기</translation>
    </message>
    <message>
        <source>Pin: always send this message</source>
        <translation>고정: 이 메시지를 항상 보내기</translation>
    </message>
    <message>
        <source>Show the previous version</source>
        <translation>이전 버전 보기</translation>
    </message>
    <message>
        <source>Show the next version</source>
        <translation>다음 버전 보기</translation>
    </message>
    <message>
        <source>Version {index} of {count}</source>
        <translation>버전 {index}/{count}</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>초당 {speed} 토큰</translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1토큰</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
    </message>
    <message>
        <source>first after {seconds} s</source>
        <translation>첫 토큰까지 {seconds}초</translation>
    </message>
    <message>
        <source>The memory of this model cannot be cut: the prompt was evaluated again</source>
        <translation>이 모델의 기억은 중간에서 자를 수 없어 프롬프트를 다시 계산했어요</translation>
    </message>
    <message>
        <source>{known} of {total} prompt tokens were cached</source>
        <translation>프롬프트 토큰 {total}개 중 {known}개는 캐시에 있었어요</translation>
    </message>
    <message>
        <source>{count} restored</source>
        <translation>{count}개 복원</translation>
    </message>
    <message>
        <source>Pinned: always sent, click to unpin</source>
        <translation>고정됨: 항상 보내요. 누르면 해제해요</translation>
    </message>
</context>
<context>
    <name>AdapterList</name>
    <message>
        <source>Add LoRA adapter</source>
        <translation>LoRA 어댑터 추가</translation>
    </message>
    <message>
        <source>GGUF adapters (*.gguf);;All files (*)</source>
        <translation>GGUF 어댑터 (*.gguf);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>How strongly {name} works</source>
        <translation>{name}의 세기</translation>
    </message>
    <message>
        <source>1 is as the adapter was trained, 0 switches it off.</source>
        <translation>1은 어댑터를 학습한 그대로, 0은 꺼짐이에요.</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} 빼기</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>빼기</translation>
    </message>
    <message>
        <source>LoRA adapters</source>
        <translation>LoRA 어댑터</translation>
    </message>
    <message>
        <source>Small files that teach a model a style or a subject; made for one model.</source>
        <translation>모델에 말투나 주제를 가르치는 작은 파일이에요. 정해진 모델 하나용이에요.</translation>
    </message>
    <message>
        <source>Add adapter…</source>
        <translation>어댑터 추가…</translation>
    </message>
</context>
<context>
    <name>ChatView</name>
    <message>
        <source>Go to the newest message</source>
        <translation>최신 메시지로 이동</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>메시지</translation>
    </message>
    <message>
        <source>Waiting for the model to load…</source>
        <translation>모델을 불러오기를 기다리는 중…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>멈추는 중…</translation>
    </message>
    <message>
        <source>Reading the prompt… {percent} %</source>
        <translation>프롬프트를 읽는 중… {percent}%</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>생각하는 중…</translation>
    </message>
    <message>
        <source>{model} is ready, on this computer only.</source>
        <translation>{model} 모델이 준비됐어요. 이 컴퓨터에서만 실행돼요.</translation>
    </message>
    <message>
        <source>{model} is being loaded. You can write already.</source>
        <translation>{model} 모델을 불러오는 중이에요. 먼저 입력해 두어도 돼요.</translation>
    </message>
    <message>
        <source>No model is loaded. Choose one at the top, or drop a .gguf file here.</source>
        <translation>불러온 모델이 없어요. 위에서 모델을 고르거나 .gguf 파일을 여기에 끌어다 놓으세요.</translation>
    </message>
</context>
<context>
    <name>CodePiece</name>
    <message>
        <source>Code</source>
        <translation>코드</translation>
    </message>
    <message>
        <source>Code</source>
        <comment>label of code in no named language</comment>
        <translation>코드</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Copy this code</source>
        <translation>이 코드 복사</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Message</source>
        <translation>메시지</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>메시지를 입력하세요</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
    <message>
        <source>Stop the reply (Escape)</source>
        <translation>답변 멈추기 (Esc)</translation>
    </message>
    <message>
        <source>A reply is being written in another conversation</source>
        <translation>다른 대화에서 답변을 쓰는 중이에요</translation>
    </message>
    <message>
        <source>Choose a model first</source>
        <translation>먼저 모델을 고르세요</translation>
    </message>
    <message>
        <source>Send (Enter); Shift+Enter begins a new line</source>
        <translation>보내기 (Enter). 줄바꿈은 Shift+Enter</translation>
    </message>
    <message>
        <source>The pasted text was cut: a message holds up to {count} characters.</source>
        <translation>붙여 넣은 글을 잘랐어요. 메시지 하나에는 {count}자까지 담을 수 있어요.</translation>
    </message>
</context>
<context>
    <name>ContextMeter</name>
    <message>
        <source>Context: {tokens}</source>
        <translation>문맥: {tokens}</translation>
    </message>
    <message>
        <source>System prompt: {count}</source>
        <translation>시스템 프롬프트: {count}</translation>
    </message>
    <message>
        <source>Your messages: {count}</source>
        <translation>내 메시지: {count}</translation>
    </message>
    <message>
        <source>Replies: {count}</source>
        <translation>답변: {count}</translation>
    </message>
    <message>
        <source>Frame of the chat template: {count}</source>
        <translation>대화 템플릿 틀: {count}</translation>
    </message>
    <message>
        <source>What you are typing: {count}</source>
        <translation>입력 중인 글: {count}</translation>
    </message>
    <message>
        <source>The model can look back on {total} tokens (pieces of words).</source>
        <translation>모델은 {total}토큰(낱말 조각)까지 돌아볼 수 있어요.</translation>
    </message>
    <message>
        <source>Approximate while a reply is written or counting is not done.</source>
        <translation>답변을 쓰는 중이거나 세는 중에는 대략의 값이에요.</translation>
    </message>
    <message>
        <source>Too long: 1 earlier message would have to be left out.</source>
        <translation>너무 길어요: 앞의 메시지 1개를 빼야 해요.</translation>
    </message>
    <message>
        <source>Too long: {count} earlier messages would have to be left out.</source>
        <translation>너무 길어요: 앞의 메시지 {count}개를 빼야 해요.</translation>
    </message>
    <message>
        <source>Nothing is left out.</source>
        <translation>빠지는 것이 없어요.</translation>
    </message>
    <message>
        <source>This model has no place for a system prompt: it is sent with your first message.</source>
        <translation>이 모델에는 시스템 프롬프트 자리가 없어 첫 메시지와 함께 보내요.</translation>
    </message>
    <message>
        <source>{used} + {draft} / {total} tokens</source>
        <translation>{used} + {draft} / {total} 토큰</translation>
    </message>
    <message>
        <source>{used} / {total} tokens</source>
        <translation>{used} / {total} 토큰</translation>
    </message>
</context>
<context>
    <name>ConversationItemModel</name>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>어제</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>{title}, a reply is being written</source>
        <translation>{title}, 답변을 쓰는 중</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>새 대화</translation>
    </message>
</context>
<context>
    <name>ConversationList</name>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>대화 목록</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Something went wrong</source>
        <translation>문제가 생겼어요</translation>
    </message>
    <message>
        <source>Something went wrong inside ChatApp</source>
        <translation>ChatApp 안에서 문제가 생겼어요</translation>
    </message>
    <message>
        <source>Crash report</source>
        <translation>오류 보고서</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>보고서 복사</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>This is our mistake, not yours. Your conversations are saved; you can go on working, or start ChatApp again if something looks odd. Please send us the report below: it holds versions and the place in the program, none of your chats.</source>
        <translation>사용자의 잘못이 아니라 저희 실수예요. 대화는 저장되어 있어요. 계속 쓰셔도 되고, 이상해 보이는 곳이 있으면 ChatApp을 다시 시작하세요. 아래 보고서를 보내 주시면 도움이 돼요. 보고서에는 버전과 프로그램의 위치만 있고 대화 내용은 없어요.</translation>
    </message>
    <message>
        <source>The report is kept in {path}.</source>
        <translation>보고서 위치: {path}</translation>
    </message>
</context>
<context>
    <name>Dock</name>
    <message>
        <source>Close this panel</source>
        <translation>이 패널 닫기</translation>
    </message>
</context>
<context>
    <name>EditBox</name>
    <message>
        <source>Edit message</source>
        <translation>메시지 편집</translation>
    </message>
    <message>
        <source>Save and send</source>
        <translation>저장하고 보내기</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Escape</source>
        <translation>Esc</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>What would you like to know?</source>
        <translation>무엇이 궁금하세요?</translation>
    </message>
    <message>
        <source>What is attention?</source>
        <translation>어텐션이 뭐예요?</translation>
    </message>
    <message>
        <source>How does a GPT model choose the next word?</source>
        <translation>GPT 모델은 다음 단어를 어떻게 고르나요?</translation>
    </message>
    <message>
        <source>What is a token?</source>
        <translation>토큰이 뭐예요?</translation>
    </message>
    <message>
        <source>Ask: {question}</source>
        <translation>질문하기: {question}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Open model file</source>
        <translation>모델 파일 열기</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf);;All files (*)</source>
        <translation>GGUF 모델 (*.gguf);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>{title} — ChatApp</source>
        <translation>{title} — ChatApp</translation>
    </message>
    <message>
        <source>Test engine: replies are scripted</source>
        <translation>테스트 엔진: 미리 정해 둔 답변</translation>
    </message>
    <message>
        <source>Conversation settings</source>
        <translation>대화 설정</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>검사기</translation>
    </message>
</context>
<context>
    <name>MemoryBox</name>
    <message>
        <source>They are listed when the engine has started.</source>
        <translation>엔진이 시작되면 여기에 표시돼요.</translation>
    </message>
    <message>
        <source>Use all graphics cards</source>
        <translation>모든 그래픽 카드 사용</translation>
    </message>
    <message>
        <source>Use only {name}</source>
        <translation>{name}만 사용</translation>
    </message>
    <message>
        <source>{name} (not there now)</source>
        <translation>{name} (지금은 없음)</translation>
    </message>
    <message>
        <source>With these settings, the model now chosen:</source>
        <translation>이 설정으로 지금 고른 모델은:</translation>
    </message>
    <message>
        <source>Devices and memory</source>
        <translation>장치와 메모리</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>그래픽 카드</translation>
    </message>
</context>
<context>
    <name>MessageWidget</name>
    <message>
        <source>Show all</source>
        <translation>모두 보기</translation>
    </message>
    <message>
        <source>Reply: {text}</source>
        <translation>답변: {text}</translation>
    </message>
    <message>
        <source>Reply, being written: {text}</source>
        <translation>쓰는 중인 답변: {text}</translation>
    </message>
    <message>
        <source>You: {text}</source>
        <translation>나: {text}</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>1 earlier message is not sent</source>
        <translation>앞의 메시지 1개를 보내지 않음</translation>
    </message>
    <message>
        <source>{count} earlier messages are not sent</source>
        <translation>앞의 메시지 {count}개를 보내지 않음</translation>
    </message>
    <message>
        <source>Copy link address</source>
        <translation>링크 주소 복사</translation>
    </message>
    <message>
        <source>Copy selection</source>
        <translation>선택한 부분 복사</translation>
    </message>
    <message>
        <source>Copy whole message</source>
        <translation>메시지 전체 복사</translation>
    </message>
    <message>
        <source>Select all of this message</source>
        <translation>이 메시지 모두 선택</translation>
    </message>
</context>
<context>
    <name>ModelDrop</name>
    <message>
        <source>Drop to open this model</source>
        <translation>놓으면 이 모델을 열어요</translation>
    </message>
    <message>
        <source>Not a model file</source>
        <translation>모델 파일이 아니에요</translation>
    </message>
</context>
<context>
    <name>ModelInfoDialog</name>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
    <message>
        <source>This file brings no chat template.</source>
        <translation>이 파일에는 대화 템플릿이 없어요.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>아키텍처</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>매개변수</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>양자화</translation>
    </message>
    <message>
        <source>Trained context</source>
        <translation>학습 문맥 길이</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>토큰 {count}개</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>레이어</translation>
    </message>
    <message>
        <source>Attention heads</source>
        <translation>어텐션 헤드</translation>
    </message>
    <message>
        <source>Embedding width</source>
        <translation>임베딩 폭</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>어휘</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>대화 템플릿</translation>
    </message>
    <message>
        <source>from the file</source>
        <translation>파일에 있음</translation>
    </message>
    <message>
        <source>none in the file; a plain one is used</source>
        <translation>파일에 없어 기본 템플릿을 사용</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>not given</source>
        <translation>표시 없음</translation>
    </message>
    <message>
        <source>Context in use</source>
        <translation>사용 중인 문맥</translation>
    </message>
    <message>
        <source>Computed on</source>
        <translation>계산 장치</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>지문</translation>
    </message>
    <message>
        <source>none: this model has no attention</source>
        <translation>없음: 어텐션이 없는 모델</translation>
    </message>
    <message>
        <source>{heads}, with {groups} for keys and values</source>
        <translation>{heads}개, 키·밸류는 {groups}개</translation>
    </message>
    <message>
        <source>({count} entries, not shown)</source>
        <translation>(항목 {count}개, 표시하지 않음)</translation>
    </message>
    <message>
        <source>Model information</source>
        <translation>모델 정보</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>개요</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>토크나이저</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>메타데이터</translation>
    </message>
    <message>
        <source>What</source>
        <translation>항목</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>키</translation>
    </message>
    <message>
        <source>Tensor type</source>
        <translation>텐서 종류</translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation>텐서 수</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>바이트</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>비율</translation>
    </message>
    <message>
        <source>Facts about the model</source>
        <translation>모델에 대한 사실</translation>
    </message>
    <message>
        <source>Tensor types</source>
        <translation>텐서 종류 목록</translation>
    </message>
</context>
<context>
    <name>ModelSelector</name>
    <message>
        <source>Choose a model</source>
        <translation>모델 선택</translation>
    </message>
    <message>
        <source>Loading {name}… {percent} %</source>
        <translation>{name} 불러오는 중… {percent}%</translation>
    </message>
    <message>
        <source>Loading {name}…</source>
        <translation>{name} 불러오는 중…</translation>
    </message>
    <message>
        <source>{name} is not loaded</source>
        <translation>{name}: 실행 중이 아님</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>불러온 모델 없음</translation>
    </message>
    <message>
        <source>Model: {state}</source>
        <translation>모델: {state}</translation>
    </message>
    <message>
        <source>{name}
{description}, {size}
{path}</source>
        <translation>{name}
{description}, {size}
{path}</translation>
    </message>
    <message>
        <source>None found yet</source>
        <translation>아직 찾은 모델 없음</translation>
    </message>
    <message>
        <source>Open model file…</source>
        <translation>모델 파일 열기…</translation>
    </message>
    <message>
        <source>Model information…</source>
        <translation>모델 정보…</translation>
    </message>
    <message>
        <source>Unload the model</source>
        <translation>모델 내리기</translation>
    </message>
    <message>
        <source>Stops the engine and frees the memory it uses.</source>
        <translation>엔진을 멈추고 쓰던 메모리를 비워요.</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>이 컴퓨터의 모델</translation>
    </message>
    <message>
        <source>starter model</source>
        <translation>기본 모델</translation>
    </message>
    <message>
        <source>cannot be used</source>
        <translation>사용할 수 없음</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>Hide details</source>
        <translation>자세한 내용 숨기기</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>자세한 내용 보기</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>자세한 내용</translation>
    </message>
</context>
<context>
    <name>PathsField</name>
    <message>
        <source>Add…</source>
        <translation>추가…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Choose a folder with models</source>
        <translation>모델이 있는 폴더 선택</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>환경설정</translation>
    </message>
    <message>
        <source>These are the values that conversations start with. Each can have its own.</source>
        <translation>새 대화가 시작할 때 쓰는 값이에요. 대화마다 따로 바꿀 수 있어요.</translation>
    </message>
    <message>
        <source>Load the model again now</source>
        <translation>지금 모델 다시 불러오기</translation>
    </message>
    <message>
        <source>The change takes effect when the model is loaded the next time.</source>
        <translation>바뀐 값은 모델을 다음에 불러올 때 적용돼요.</translation>
    </message>
</context>
<context>
    <name>PresetBar</name>
    <message>
        <source>Model&apos;s recommendation</source>
        <translation>모델 권장값</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>다른 이름으로 저장…</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>복제</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>이름 바꾸기…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>가져오기…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>프리셋</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>프리셋 이름</translation>
    </message>
    <message>
        <source>Import a preset</source>
        <translation>프리셋 가져오기</translation>
    </message>
    <message>
        <source>Export the preset</source>
        <translation>프리셋 내보내기</translation>
    </message>
    <message>
        <source>Own values</source>
        <translation>직접 정한 값</translation>
    </message>
    <message>
        <source>Save, rename, import or export presets</source>
        <translation>프리셋 저장, 이름 바꾸기, 가져오기, 내보내기</translation>
    </message>
</context>
<context>
    <name>ProsePiece</name>
    <message>
        <source>Text of the message</source>
        <translation>메시지 내용</translation>
    </message>
</context>
<context>
    <name>SamplerChain</name>
    <message>
        <source>Order of the samplers</source>
        <translation>샘플러 순서</translation>
    </message>
    <message>
        <source>Drag a sampler, or press Alt+Up or Alt+Down, to change when it runs.</source>
        <translation>끌거나 Alt+위/아래를 눌러 샘플러의 실행 순서를 바꾸세요.</translation>
    </message>
</context>
<context>
    <name>SettingRow</name>
    <message>
        <source>What is “{title}”?</source>
        <translation>“{title}” 설명</translation>
    </message>
    <message>
        <source>Back to the default</source>
        <translation>기본값으로 되돌리기</translation>
    </message>
    <message>
        <source>Set “{title}” back to its default</source>
        <translation>“{title}” 값을 기본값으로 되돌리기</translation>
    </message>
</context>
<context>
    <name>SettingsPanel</name>
    <message>
        <source>How replies are sampled</source>
        <translation>답변 샘플링</translation>
    </message>
    <message>
        <source>More samplers</source>
        <translation>샘플러 더 보기</translation>
    </message>
    <message>
        <source>Order of the samplers</source>
        <translation>샘플러 순서</translation>
    </message>
    <message>
        <source>Use as default for new conversations</source>
        <translation>새 대화의 기본값으로 사용</translation>
    </message>
    <message>
        <source>Back to the defaults</source>
        <translation>모두 기본값으로</translation>
    </message>
    <message>
        <source>Settings of this conversation</source>
        <translation>이 대화의 설정</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Send the message</source>
        <translation>메시지 보내기</translation>
    </message>
    <message>
        <source>New line in the message</source>
        <translation>메시지 줄바꿈</translation>
    </message>
    <message>
        <source>Delete the selected conversation</source>
        <translation>선택한 대화 삭제</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>키보드 단축키</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Trash ({count})</source>
        <translation>휴지통 ({count})</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>휴지통</translation>
    </message>
    <message>
        <source>No title contains this text.</source>
        <translation>이 글이 들어 있는 제목이 없어요.</translation>
    </message>
    <message>
        <source>Your conversations appear here.</source>
        <translation>나눈 대화가 여기에 나타나요.</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>Start a new conversation ({keys})</source>
        <translation>새 대화 시작 ({keys})</translation>
    </message>
    <message>
        <source>Filter by title</source>
        <translation>제목으로 찾기</translation>
    </message>
    <message>
        <source>Filter conversations by title</source>
        <translation>대화를 제목으로 찾기</translation>
    </message>
</context>
<context>
    <name>StartupError</name>
    <message>
        <source>ChatApp cannot start</source>
        <translation>ChatApp을 시작할 수 없어요</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Reading the conversation: {percent} %</source>
        <translation>대화를 읽는 중: {percent}%</translation>
    </message>
    <message>
        <source>First token after {seconds} s</source>
        <translation>첫 토큰까지 {seconds}초</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>초당 {speed} 토큰</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>불러오는 중…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>멈추는 중…</translation>
    </message>
    <message>
        <source>Engine stopped</source>
        <translation>엔진 멈춤</translation>
    </message>
    <message>
        <source>Runs on the CPU</source>
        <translation>CPU에서 실행</translation>
    </message>
    <message>
        <source>{count} of {total} layers on the GPU</source>
        <translation>레이어 {total}개 중 {count}개를 GPU에서 실행</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>모델 없음</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>How fast the last reply was written.</source>
        <translation>마지막 답변을 쓴 속도예요.</translation>
    </message>
    <message>
        <source>How long the model read before its first word.</source>
        <translation>모델이 첫 단어를 내기 전까지 읽은 시간이에요.</translation>
    </message>
    <message>
        <source>Where the model is computed.</source>
        <translation>모델을 계산하는 곳이에요.</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Regenerate</source>
        <translation>다시 생성</translation>
    </message>
    <message>
        <source>Ask for another reply; this one is kept</source>
        <translation>다른 답변 받기. 이 답변도 남아 있어요</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어 쓰기</translation>
    </message>
    <message>
        <source>Go on where the reply ended; this one is kept</source>
        <translation>답변이 끝난 곳부터 이어 써요. 지금 답변은 남아요</translation>
    </message>
    <message>
        <source>Leave out the oldest messages</source>
        <translation>가장 오래된 메시지 빼기</translation>
    </message>
    <message>
        <source>Answer without the oldest turns; the system prompt and pinned messages are still sent</source>
        <translation>가장 오래된 대화를 빼고 답해요. 시스템 프롬프트와 고정한 메시지는 그대로 보내요</translation>
    </message>
    <message>
        <source>Not sent: this is longer than the context holds. Leave something out, shorten the message with Edit, or load the model with a longer context.</source>
        <translation>보내지 못함: 문맥 길이보다 길어요. 일부를 빼거나, 편집으로 메시지를 줄이거나, 더 긴 문맥으로 모델을 불러오세요.</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>Interrupted: the engine stopped</source>
        <translation>중단됨: 엔진이 멈췄어요</translation>
    </message>
    <message>
        <source>Cut off at the token limit</source>
        <translation>토큰 한도에서 잘림</translation>
    </message>
    <message>
        <source>Context full: there is no room left for more of this conversation</source>
        <translation>문맥이 가득 참: 이 대화를 더 이어 갈 자리가 없어요</translation>
    </message>
</context>
<context>
    <name>TablePiece</name>
    <message>
        <source>Table</source>
        <translation>표</translation>
    </message>
</context>
<context>
    <name>Thought</name>
    <message>
        <source>Thinking…</source>
        <translation>생각하는 중…</translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation>생각</translation>
    </message>
    <message>
        <source>Thought for {seconds} s</source>
        <translation>{seconds}초 동안 생각함</translation>
    </message>
    <message>
        <source>Show or hide what the model thought before it answered</source>
        <translation>모델이 답하기 전에 한 생각을 펼치거나 접어요</translation>
    </message>
</context>
<context>
    <name>TokenizerView</name>
    <message>
        <source>Tokens are shown when a model is loaded.</source>
        <translation>모델을 불러오면 토큰이 표시돼요.</translation>
    </message>
    <message>
        <source>{tokens} tokens for {characters} characters</source>
        <translation>글자 {characters}개 → 토큰 {tokens}개</translation>
    </message>
    <message>
        <source>control token</source>
        <translation>제어 토큰</translation>
    </message>
    <message>
        <source>bytes that make no character</source>
        <translation>글자가 되지 않는 바이트</translation>
    </message>
    <message>
        <source>syllable</source>
        <translation>음절</translation>
    </message>
    <message>
        <source>character</source>
        <translation>글자</translation>
    </message>
    <message>
        <source>part {part} of {parts} of the {kind} {whole}</source>
        <translation>{kind} {whole}의 {parts}조각 중 {part}번째</translation>
    </message>
    <message>
        <source>Type a text to see the tokens the model reads it as</source>
        <translation>글을 입력하면 모델이 읽는 토큰을 볼 수 있어요</translation>
    </message>
    <message>
        <source>Text to tokenize</source>
        <translation>토큰으로 나눌 글</translation>
    </message>
    <message>
        <source>Recognise the names of control tokens</source>
        <translation>제어 토큰 이름 인식</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>바이트</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>설명</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
</context>
<context>
    <name>TrashPage</name>
    <message>
        <source>Conversations that are deleted for good: {count}. This cannot be undone.</source>
        <translation>대화 {count}개를 완전히 삭제해요. 되돌릴 수 없어요.</translation>
    </message>
    <message>
        <source>Empty the trash?</source>
        <translation>휴지통을 비울까요?</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>완전히 삭제</translation>
    </message>
    <message>
        <source>Select a conversation to restore it.</source>
        <translation>복원할 대화를 선택하세요.</translation>
    </message>
    <message>
        <source>The trash is empty.</source>
        <translation>휴지통이 비어 있어요.</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>휴지통</translation>
    </message>
    <message>
        <source>Back to the conversations</source>
        <translation>대화 목록으로 돌아가기</translation>
    </message>
    <message>
        <source>Conversations in the trash</source>
        <translation>휴지통의 대화</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Empty trash…</source>
        <translation>휴지통 비우기…</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Conversation</source>
        <translation>대화(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;New conversation</source>
        <translation>새 대화(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Open model file…</source>
        <translation>모델 파일 열기(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation>환경설정(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>멈추기(&amp;S)</translation>
    </message>
    <message>
        <source>Re&amp;generate reply</source>
        <translation>답변 다시 생성(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Copy last reply</source>
        <translation>마지막 답변 복사(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Rename…</source>
        <translation>이름 바꾸기(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>삭제(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Undo delete</source>
        <translation>삭제 취소(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Conversation list</source>
        <translation>대화 목록(&amp;C)</translation>
    </message>
    <message>
        <source>Conversation &amp;settings</source>
        <translation>대화 설정(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Model information…</source>
        <translation>모델 정보(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Larger text</source>
        <translation>글자 크게(&amp;L)</translation>
    </message>
    <message>
        <source>S&amp;maller text</source>
        <translation>글자 작게(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Normal text size</source>
        <translation>보통 글자 크기(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>키보드 단축키(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About ChatApp</source>
        <translation>ChatApp 정보(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>테마(&amp;T)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>시스템 설정</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Lan&amp;guage</source>
        <translation>언어(&amp;G)</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>엔진 다시 시작</translation>
    </message>
    <message>
        <source>Load on the CPU only</source>
        <translation>CPU만으로 불러오기</translation>
    </message>
    <message>
        <source>Use a context of {context} tokens</source>
        <translation>문맥 {context}토큰으로 사용</translation>
    </message>
    <message>
        <source>Load anyway</source>
        <translation>그래도 불러오기</translation>
    </message>
    <message>
        <source>Choose model…</source>
        <translation>모델 선택…</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Save again</source>
        <translation>다시 저장</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>There is no model file at {path}.</source>
        <translation>{path} 위치에 모델 파일이 없어요.</translation>
    </message>
    <message>
        <source>Choose another GGUF file; it may have been moved or its drive is not connected.</source>
        <translation>다른 GGUF 파일을 고르세요. 파일이 옮겨졌거나 드라이브가 연결되어 있지 않을 수 있어요.</translation>
    </message>
    <message>
        <source>{path} is a folder, not a model file.</source>
        <translation>{path} 항목은 모델 파일이 아니라 폴더예요.</translation>
    </message>
    <message>
        <source>Open the .gguf file inside it.</source>
        <translation>그 안에 있는 .gguf 파일을 여세요.</translation>
    </message>
    <message>
        <source>{path} is not a GGUF model file.</source>
        <translation>{path} 파일은 GGUF 모델 파일이 아니에요.</translation>
    </message>
    <message>
        <source>Choose a file in GGUF format; other formats have to be converted first.</source>
        <translation>GGUF 형식의 파일을 고르세요. 다른 형식은 먼저 변환해야 해요.</translation>
    </message>
    <message>
        <source>{path} is incomplete: {missing} of it are missing.</source>
        <translation>{path} 파일이 온전하지 않아요. {missing} 분량이 빠져 있어요.</translation>
    </message>
    <message>
        <source>Download or copy the file again.</source>
        <translation>파일을 다시 내려받거나 복사하세요.</translation>
    </message>
    <message>
        <source>{path} is damaged: {reason}.</source>
        <translation>{path} 파일이 손상됐어요: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path} 파일을 읽을 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Check the file&apos;s permissions and that its drive is connected.</source>
        <translation>파일의 권한과 드라이브 연결을 확인하세요.</translation>
    </message>
    <message>
        <source>The engine does not know the architecture “{architecture}” of this model.</source>
        <translation>엔진이 모르는 모델 구조예요: {architecture}.</translation>
    </message>
    <message>
        <source>Choose another model, or a newer version of ChatApp.</source>
        <translation>다른 모델을 고르거나 더 새로운 ChatApp을 쓰세요.</translation>
    </message>
    <message>
        <source>This model needs about {needed} of memory and {available} are available.</source>
        <translation>이 모델에는 메모리가 약 {needed} 필요한데, 쓸 수 있는 메모리는 {available}예요.</translation>
    </message>
    <message>
        <source>Choose a smaller model or quantization, a shorter context, or close other programs.</source>
        <translation>더 작은 모델이나 양자화, 더 짧은 문맥 길이를 고르거나 다른 프로그램을 닫으세요.</translation>
    </message>
    <message>
        <source>The model could not be loaded: {reason}.</source>
        <translation>모델을 불러오지 못했어요: {reason}.</translation>
    </message>
    <message>
        <source>Try a smaller context or fewer GPU layers, or choose another model.</source>
        <translation>문맥 길이나 GPU 레이어를 줄여 보거나 다른 모델을 고르세요.</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>불러온 모델이 없어요.</translation>
    </message>
    <message>
        <source>Choose a model at the top of the window.</source>
        <translation>창 위쪽에서 모델을 고르세요.</translation>
    </message>
    <message>
        <source>The engine could not be started: {reason}.</source>
        <translation>엔진을 시작하지 못했어요: {reason}.</translation>
    </message>
    <message>
        <source>Try again; if it keeps failing, reinstall ChatApp.</source>
        <translation>다시 시도해 보세요. 계속 실패하면 ChatApp을 다시 설치하세요.</translation>
    </message>
    <message>
        <source>The llama.cpp library cannot be loaded on this computer: {reason}.</source>
        <translation>이 컴퓨터에서 llama.cpp 라이브러리를 불러올 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Reinstall ChatApp; your conversations can still be read.</source>
        <translation>ChatApp을 다시 설치하세요. 지금까지의 대화는 그대로 읽을 수 있어요.</translation>
    </message>
    <message>
        <source>The engine stopped unexpectedly ({outcome}). What it had written is kept.</source>
        <translation>엔진이 갑자기 멈췄어요({outcome}). 그때까지 쓴 내용은 남아 있어요.</translation>
    </message>
    <message>
        <source>Start it again; if it happens again, try a shorter context or another model.</source>
        <translation>다시 시작하세요. 또 일어나면 문맥 길이를 줄이거나 다른 모델을 써 보세요.</translation>
    </message>
    <message>
        <source>The engine was stopped, probably because memory ran out. What it had written is kept.</source>
        <translation>메모리가 모자라서 엔진이 멈춘 것 같아요. 그때까지 쓴 내용은 남아 있어요.</translation>
    </message>
    <message>
        <source>Start it again with a shorter context, or choose a smaller model.</source>
        <translation>문맥 길이를 줄여 다시 시작하거나 더 작은 모델을 고르세요.</translation>
    </message>
    <message>
        <source>The GPU failed while the engine was working. What it had written is kept.</source>
        <translation>엔진이 작동하던 중에 GPU에 문제가 생겼어요. 그때까지 쓴 내용은 남아 있어요.</translation>
    </message>
    <message>
        <source>Start it again with fewer GPU layers, or on the CPU only.</source>
        <translation>GPU 레이어를 줄이거나 CPU만으로 다시 시작하세요.</translation>
    </message>
    <message>
        <source>The engine did not answer and was stopped. What it had written is kept.</source>
        <translation>엔진이 응답하지 않아 멈췄어요. 그때까지 쓴 내용은 남아 있어요.</translation>
    </message>
    <message>
        <source>Start it again.</source>
        <translation>다시 시작하세요.</translation>
    </message>
    <message>
        <source>The engine is still busy with another reply.</source>
        <translation>엔진이 아직 다른 답변을 쓰는 중이에요.</translation>
    </message>
    <message>
        <source>Wait for it or press Stop.</source>
        <translation>기다리거나 멈추기를 누르세요.</translation>
    </message>
    <message>
        <source>The conversation is {needed} tokens long and the context holds {available}.</source>
        <translation>대화가 {needed}토큰인데 문맥에는 {available}토큰까지 들어가요.</translation>
    </message>
    <message>
        <source>Start a new conversation, shorten the text, or load the model with a longer context.</source>
        <translation>새 대화를 시작하거나, 글을 줄이거나, 문맥 길이를 늘려 모델을 다시 불러오세요.</translation>
    </message>
    <message>
        <source>The context could not be created: {reason}.</source>
        <translation>문맥을 만들지 못했어요: {reason}.</translation>
    </message>
    <message>
        <source>Choose a shorter context or another KV cache type.</source>
        <translation>문맥 길이를 줄이거나 다른 KV 캐시 형식을 고르세요.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template refused this conversation: {reason}.</source>
        <translation>모델의 채팅 템플릿이 이 대화를 받아들이지 않았어요: {reason}.</translation>
    </message>
    <message>
        <source>Change the system prompt or the messages, or choose another model.</source>
        <translation>시스템 프롬프트나 메시지를 바꾸거나 다른 모델을 고르세요.</translation>
    </message>
    <message>
        <source>This model has no attention weights to show: {reason}.</source>
        <translation>이 모델에는 보여 줄 어텐션 가중치가 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Token probabilities work all the same.</source>
        <translation>토큰 확률은 그대로 볼 수 있어요.</translation>
    </message>
    <message>
        <source>The attention of so many tokens needs {needed} of memory and {available} can be used.</source>
        <translation>이만큼의 토큰에 대한 어텐션에는 메모리가 {needed} 필요한데, 쓸 수 있는 메모리는 {available}예요.</translation>
    </message>
    <message>
        <source>Ask for fewer layers, or only for the last rows.</source>
        <translation>레이어 수를 줄이거나 마지막 행만 요청하세요.</translation>
    </message>
    <message>
        <source>The adapter {path} cannot be used: {reason}.</source>
        <translation>어댑터 {path}을(를) 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Remove it from this conversation, or choose one that was made for this model.</source>
        <translation>이 대화에서 빼거나, 이 모델용으로 만든 어댑터를 고르세요.</translation>
    </message>
    <message>
        <source>{name} cannot be {value}: {reason}.</source>
        <translation>{name} 값으로 {value}을(를) 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Change the value; the old one stays in use until then.</source>
        <translation>값을 바꾸세요. 그때까지는 이전 값을 써요.</translation>
    </message>
    <message>
        <source>The grammar is wrong in line {line}: {reason}.</source>
        <translation>문법 {line}번째 줄이 잘못됐어요: {reason}.</translation>
    </message>
    <message>
        <source>Correct the line, or empty the grammar to answer freely.</source>
        <translation>그 줄을 고치거나, 문법을 비워 자유롭게 답하게 하세요.</translation>
    </message>
    <message>
        <source>The JSON schema cannot be used: {reason}.</source>
        <translation>JSON 스키마를 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Correct the schema, or empty it to answer freely.</source>
        <translation>스키마를 고치거나, 비워서 자유롭게 답하게 하세요.</translation>
    </message>
    <message>
        <source>No token of this model is allowed here by the grammar and the forbidden tokens.</source>
        <translation>문법과 금지한 토큰 때문에 여기서 쓸 수 있는 토큰이 하나도 없어요.</translation>
    </message>
    <message>
        <source>Loosen the grammar, or forbid fewer tokens.</source>
        <translation>문법을 느슨하게 하거나 금지한 토큰을 줄이세요.</translation>
    </message>
    <message>
        <source>The preset {path} cannot be used: {reason}.</source>
        <translation>프리셋 {path}을(를) 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Choose another one; nothing was changed.</source>
        <translation>다른 것을 고르세요. 바뀐 것은 없어요.</translation>
    </message>
    <message>
        <source>{reason}.</source>
        <translation>{reason}.</translation>
    </message>
    <message>
        <source>See chatapp --help.</source>
        <translation>chatapp --help 를 참고하세요.</translation>
    </message>
    <message>
        <source>There is nothing to send.</source>
        <translation>보낼 내용이 없어요.</translation>
    </message>
    <message>
        <source>Type a message first.</source>
        <translation>먼저 메시지를 입력하세요.</translation>
    </message>
    <message>
        <source>There is no display to open a window on.</source>
        <translation>창을 열 디스플레이가 없어요.</translation>
    </message>
    <message>
        <source>Set DISPLAY or WAYLAND_DISPLAY, or use the terminal: chatapp ask &quot;your question&quot;.</source>
        <translation>DISPLAY나 WAYLAND_DISPLAY를 설정하거나 터미널에서 쓰세요: chatapp ask &quot;질문&quot;.</translation>
    </message>
    <message>
        <source>The data folder {path} cannot be used: {reason}.</source>
        <translation>데이터 폴더 {path} 위치를 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Mend its permissions, or start with --data-dir and another folder.</source>
        <translation>폴더의 권한을 고치거나, --data-dir 옵션에 다른 폴더를 주고 시작하세요.</translation>
    </message>
    <message>
        <source>ChatApp is already running with the data folder {path}.</source>
        <translation>데이터 폴더 {path} 위치로 ChatApp이 이미 실행 중이에요.</translation>
    </message>
    <message>
        <source>Use the open window, or start with --data-dir and another folder.</source>
        <translation>열려 있는 창을 쓰거나, --data-dir 옵션에 다른 폴더를 주고 시작하세요.</translation>
    </message>
    <message>
        <source>The conversation database was damaged. It was set aside as {kept}, and {saved} messages were recovered.</source>
        <translation>대화 데이터베이스가 손상되어 {kept} 파일로 따로 두었고, 메시지 {saved}개를 복구했어요.</translation>
    </message>
    <message>
        <source>Go on working; keep the set-aside file if something is missing.</source>
        <translation>계속 쓰셔도 돼요. 빠진 것이 있으면 따로 둔 파일을 보관하세요.</translation>
    </message>
    <message>
        <source>The conversations in {path} were written by a newer ChatApp (format {found}; this one reads up to {known}).</source>
        <translation>{path} 안의 대화는 더 새로운 ChatApp으로 저장됐어요(형식 {found}, 이 버전은 {known}까지 읽음).</translation>
    </message>
    <message>
        <source>Update ChatApp, or start with --data-dir and another folder. Nothing was changed.</source>
        <translation>ChatApp을 업데이트하거나, --data-dir 옵션에 다른 폴더를 주고 시작하세요. 바뀐 것은 없어요.</translation>
    </message>
    <message>
        <source>Saving failed: {reason}. The text stays in this window.</source>
        <translation>저장하지 못했어요: {reason}. 글은 이 창에 남아 있어요.</translation>
    </message>
    <message>
        <source>Saving is tried again; copy the text if you have to close the window.</source>
        <translation>다시 저장해 볼게요. 창을 닫아야 한다면 글을 복사해 두세요.</translation>
    </message>
    <message>
        <source>The disk is full; the text is not saved yet but stays in this window.</source>
        <translation>디스크가 가득 찼어요. 글은 아직 저장되지 않았지만 이 창에 남아 있어요.</translation>
    </message>
    <message>
        <source>Free some space; saving is tried again by itself.</source>
        <translation>공간을 비워 주세요. 저장은 자동으로 다시 시도해요.</translation>
    </message>
    <message>
        <source>{path} could not be written: {reason}.</source>
        <translation>{path} 파일에 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Choose another place.</source>
        <translation>다른 위치를 고르세요.</translation>
    </message>
    <message>
        <source>The settings file could not be read. It was set aside as {kept}, and every setting has its default again.</source>
        <translation>설정 파일을 읽을 수 없어 {kept} 파일로 따로 두었고, 모든 설정이 기본값으로 돌아갔어요.</translation>
    </message>
    <message>
        <source>Choose your settings again; your conversations are not touched.</source>
        <translation>설정을 다시 골라 주세요. 대화는 그대로예요.</translation>
    </message>
    <message>
        <source>The settings file has an unusable value for “{name}”: {reason}. The default is used.</source>
        <translation>설정 파일에 “{name}” 값이 잘못되어 있어요: {reason}. 기본값을 써요.</translation>
    </message>
    <message>
        <source>Choose the value again in the settings.</source>
        <translation>설정에서 값을 다시 고르세요.</translation>
    </message>
</context>
<context>
    <name>memory</name>
    <message>
        <source>processor</source>
        <translation>프로세서</translation>
    </message>
    <message>
        <source>graphics card</source>
        <translation>그래픽 카드</translation>
    </message>
    <message>
        <source>graphics chip, shares the computer&apos;s memory</source>
        <translation>컴퓨터 메모리를 함께 쓰는 그래픽 칩</translation>
    </message>
    <message>
        <source>helps the processor</source>
        <translation>프로세서를 도움</translation>
    </message>
    <message>
        <source>Needs about {need} of memory; {free} are free</source>
        <translation>메모리 약 {need} 필요, {free} 남음</translation>
    </message>
    <message>
        <source>and about {need} on {device}; {free} are free</source>
        <translation>{device}에 약 {need} 필요, {free} 남음</translation>
    </message>
    <message>
        <source>weights {weights}, KV cache {cache} for {context} tokens, computing {compute}</source>
        <translation>가중치 {weights}, KV 캐시 {cache}({context}토큰), 계산 {compute}</translation>
    </message>
    <message>
        <source>{count} of {total} layers on the graphics card</source>
        <translation>레이어 {total}개 중 {count}개를 그래픽 카드에서 실행</translation>
    </message>
    <message>
        <source>{name}: {description} ({kind}), {free} of {total} free</source>
        <translation>{name}: {description} ({kind}), {total} 중 {free} 남음</translation>
    </message>
    <message>
        <source>{name}: {description} ({kind})</source>
        <translation>{name}: {description} ({kind})</translation>
    </message>
    <message>
        <source>That is nearly all there is.</source>
        <translation>남은 메모리를 거의 다 써요.</translation>
    </message>
    <message>
        <source>That is more than there is.</source>
        <translation>남은 메모리보다 많아요.</translation>
    </message>
</context>
<context>
    <name>notices</name>
    <message>
        <source>“{title}” was moved to the trash.</source>
        <translation>“{title}” 대화를 휴지통으로 옮겼어요.</translation>
    </message>
    <message>
        <source>“{name}” needs about {needed} and {available} are free. It would just fit, and other programs may become slow.</source>
        <translation>“{name}”에는 약 {needed}이(가) 필요하고 {available}이(가) 남아 있어요. 겨우 들어가며, 다른 프로그램이 느려질 수 있어요.</translation>
    </message>
    <message>
        <source>ChatApp ended unexpectedly the last time. Your conversations are here; a report is kept in {path}.</source>
        <translation>지난번에 ChatApp이 갑자기 끝났어요. 대화는 그대로 있어요. 보고서 위치: {path}</translation>
    </message>
    <message>
        <source>ChatApp was closed in the middle of a reply. What was written is kept and marked.</source>
        <translation>답변을 쓰는 도중에 ChatApp이 닫혔어요. 그때까지 쓴 내용은 표시해서 남겨 두었어요.</translation>
    </message>
    <message>
        <source>Only one model file at a time, ending in .gguf, can be dropped here.</source>
        <translation>여기에는 .gguf 로 끝나는 모델 파일을 한 번에 하나만 놓을 수 있어요.</translation>
    </message>
</context>
<context>
    <name>reasons</name>
    <message>
        <source>no lock file can be made in it</source>
        <translation>잠금 파일을 만들 수 없어요</translation>
    </message>
    <message>
        <source>it must lie between {low} and {high}</source>
        <translation>{low}에서 {high} 사이여야 해요</translation>
    </message>
    <message>
        <source>it must be a whole number</source>
        <translation>정수여야 해요</translation>
    </message>
    <message>
        <source>a stop text has 1 to {high} characters</source>
        <translation>중지 문구는 1~{high}자여야 해요</translation>
    </message>
    <message>
        <source>it takes up to {count} texts of 1 to {high} characters</source>
        <translation>1~{high}자의 글을 {count}개까지 쓸 수 있어요</translation>
    </message>
    <message>
        <source>it can have {high} characters at most</source>
        <translation>최대 {high}자까지 쓸 수 있어요</translation>
    </message>
    <message>
        <source>this is the test engine, there is no model</source>
        <translation>테스트 엔진이라 모델이 없어요</translation>
    </message>
    <message>
        <source>it must be a text</source>
        <translation>텍스트여야 해요</translation>
    </message>
    <message>
        <source>it takes up to {count} pairs of a token id and a number from -{high} to {high}, each token once</source>
        <translation>토큰 번호와 -{high}~{high} 사이의 수를 짝지어 {count}개까지, 토큰마다 한 번만 쓸 수 있어요</translation>
    </message>
    <message>
        <source>it must name each of these stages once: {stages}</source>
        <translation>다음 단계를 한 번씩 모두 적어야 해요: {stages}</translation>
    </message>
    <message>
        <source>it can only name these stages: {stages}</source>
        <translation>다음 단계만 적을 수 있어요: {stages}</translation>
    </message>
    <message>
        <source>it cannot be used together with {other}; switch one of them off</source>
        <translation>{other}와(과) 함께 쓸 수 없어요. 둘 중 하나를 끄세요</translation>
    </message>
    <message>
        <source>it must be a list</source>
        <translation>목록이어야 해요</translation>
    </message>
    <message>
        <source>it must be a number</source>
        <translation>숫자여야 해요</translation>
    </message>
    <message>
        <source>it must be one of {choices}</source>
        <translation>다음 중 하나여야 해요: {choices}</translation>
    </message>
    <message>
        <source>each entry must be a text of {low} to {high} characters</source>
        <translation>각 항목은 {low}~{high}자의 텍스트여야 해요</translation>
    </message>
    <message>
        <source>a rule must begin with its name (letters, digits and -)</source>
        <translation>규칙은 이름(영문자, 숫자, -)으로 시작해야 해요</translation>
    </message>
    <message>
        <source>“::=” must follow the name of the rule</source>
        <translation>규칙 이름 다음에는 “::=”이 와야 해요</translation>
    </message>
    <message>
        <source>“{found}” cannot stand here</source>
        <translation>“{found}”은(는) 여기에 올 수 없어요</translation>
    </message>
    <message>
        <source>“{found}” is not closed</source>
        <translation>“{found}”이(가) 닫히지 않았어요</translation>
    </message>
    <message>
        <source>“{found}” has nothing before it to repeat</source>
        <translation>“{found}” 앞에 반복할 것이 없어요</translation>
    </message>
    <message>
        <source>a repetition looks like {{2}}, {{2,}} or {{2,5}}, with numbers up to {high}</source>
        <translation>반복은 {{2}}, {{2,}}, {{2,5}}처럼 쓰고 수는 {high}까지예요</translation>
    </message>
    <message>
        <source>“{found}” is no escape that grammars know</source>
        <translation>“{found}”은(는) 문법이 아는 이스케이프가 아니에요</translation>
    </message>
    <message>
        <source>the rule “{found}” is used and not defined</source>
        <translation>규칙 “{found}”을(를) 썼지만 정의하지 않았어요</translation>
    </message>
    <message>
        <source>the rule “{found}” begins with itself, which never ends</source>
        <translation>규칙 “{found}”이(가) 자기 자신으로 시작해서 끝나지 않아요</translation>
    </message>
    <message>
        <source>what is repeated here without limit can be empty, which never ends</source>
        <translation>여기서 끝없이 반복하는 부분이 비어 있을 수 있어 끝나지 않아요</translation>
    </message>
    <message>
        <source>groups are nested too deeply</source>
        <translation>괄호가 너무 깊이 겹쳐 있어요</translation>
    </message>
    <message>
        <source>its rules refer to one another in too many ways</source>
        <translation>규칙들이 서로를 너무 많이 참조해요</translation>
    </message>
    <message>
        <source>no rule is called “root”, where every grammar begins</source>
        <translation>모든 문법이 시작되는 “root” 규칙이 없어요</translation>
    </message>
    <message>
        <source>it is not JSON (line {line}: {words})</source>
        <translation>JSON이 아니에요({line}번째 줄: {words})</translation>
    </message>
    <message>
        <source>it is nested too deeply or refers to itself without end</source>
        <translation>너무 깊이 겹치거나 끝없이 자기를 참조해요</translation>
    </message>
    <message>
        <source>llama.cpp does not take this rule</source>
        <translation>llama.cpp가 이 규칙을 받아들이지 않아요</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>그런 파일이 없어요</translation>
    </message>
    <message>
        <source>it is not a file</source>
        <translation>파일이 아니에요</translation>
    </message>
    <message>
        <source>it is in the list twice</source>
        <translation>목록에 두 번 있어요</translation>
    </message>
    <message>
        <source>it was made for another kind of model</source>
        <translation>다른 종류의 모델용이에요</translation>
    </message>
    <message>
        <source>it is not an adapter</source>
        <translation>어댑터가 아니에요</translation>
    </message>
    <message>
        <source>it is not a GGUF file</source>
        <translation>GGUF 파일이 아니에요</translation>
    </message>
    <message>
        <source>it was made for a model of another size</source>
        <translation>크기가 다른 모델용이에요</translation>
    </message>
    <message>
        <source>it was made for another model</source>
        <translation>다른 모델용이에요</translation>
    </message>
    <message>
        <source>it is incomplete</source>
        <translation>파일이 불완전해요</translation>
    </message>
    <message>
        <source>at most {high} can be used at a time</source>
        <translation>한 번에 {high}개까지 쓸 수 있어요</translation>
    </message>
    <message>
        <source>its scale must lie between {low} and {high}</source>
        <translation>배율은 {low}에서 {high} 사이여야 해요</translation>
    </message>
    <message>
        <source>It was cancelled</source>
        <translation>취소했어요</translation>
    </message>
    <message>
        <source>The pooling is one of {choices}, or empty for the model&apos;s own</source>
        <translation>풀링은 {choices} 중 하나이거나, 비우면 모델의 방식을 써요</translation>
    </message>
    <message>
        <source>a schema is a JSON object</source>
        <translation>스키마는 JSON 객체여야 해요</translation>
    </message>
    <message>
        <source>it asks for more than a grammar can hold</source>
        <translation>문법에 담을 수 있는 것보다 많아요</translation>
    </message>
    <message>
        <source>it uses something that cannot become a grammar ({words})</source>
        <translation>문법으로 바꿀 수 없는 것을 써요({words})</translation>
    </message>
    <message>
        <source>it is longer than a million characters</source>
        <translation>백만 자보다 길어요</translation>
    </message>
    <message>
        <source>this model&apos;s tokens are numbered from 0 to {high}</source>
        <translation>이 모델의 토큰 번호는 0부터 {high}까지예요</translation>
    </message>
    <message>
        <source>it does not come to an end</source>
        <translation>끝나지 않아요</translation>
    </message>
    <message>
        <source>it makes a text or a number without end</source>
        <translation>끝없이 긴 글이나 수를 만들어요</translation>
    </message>
    <message>
        <source>this model&apos;s heads are {width} wide, which is no multiple of {block}</source>
        <translation>이 모델의 헤드 폭은 {width}이고 {block}의 배수가 아니에요</translation>
    </message>
    <message>
        <source>There is no graphics card called {device} here</source>
        <translation>{device}라는 그래픽 카드가 없어요</translation>
    </message>
    <message>
        <source>a quantized KV cache needs flash attention, which is off</source>
        <translation>양자화한 KV 캐시에는 플래시 어텐션이 필요한데 꺼져 있어요</translation>
    </message>
    <message>
        <source>it is no sampling preset of ChatApp</source>
        <translation>ChatApp의 샘플링 프리셋이 아니에요</translation>
    </message>
    <message>
        <source>a name has 1 to {high} characters on one line</source>
        <translation>이름은 한 줄에 1~{high}자예요</translation>
    </message>
    <message>
        <source>there is a preset of this name already</source>
        <translation>같은 이름의 프리셋이 이미 있어요</translation>
    </message>
    <message>
        <source>a value in it cannot be used ({words})</source>
        <translation>쓸 수 없는 값이 있어요({words})</translation>
    </message>
</context>
<context>
    <name>settings</name>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>The language of menus and messages. Models answer in the language you write in.</source>
        <translation>메뉴와 알림의 언어예요. 모델은 질문한 언어로 답해요.</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>시스템 설정</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>Light or dark colours.</source>
        <translation>밝은 색이나 어두운 색을 골라요.</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>글자 크기</translation>
    </message>
    <message>
        <source>Size of all text in points. Raise it if you find the text hard to read.</source>
        <translation>모든 글자의 크기(포인트)예요. 읽기 어려우면 키우세요.</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>Instructions that every new conversation starts with, for example “Answer briefly.” Leave it empty to get the model as its makers meant it.</source>
        <translation>새 대화가 시작할 때마다 모델에게 주는 지시예요. 예: “짧게 답해 줘.” 비워 두면 모델을 만든 사람들이 뜻한 그대로 답해요.</translation>
    </message>
    <message>
        <source>When the context is full</source>
        <translation>문맥이 가득 차면</translation>
    </message>
    <message>
        <source>What happens when a conversation grows longer than the model can look back on. Nothing is ever left out without a word; the system prompt and pinned messages stay.</source>
        <translation>대화가 모델이 돌아볼 수 있는 길이를 넘으면 어떻게 할지 정해요. 말없이 빼는 일은 없고, 시스템 프롬프트와 고정한 메시지는 남아요.</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>물어보기</translation>
    </message>
    <message>
        <source>Stop and say so</source>
        <translation>멈추고 알리기</translation>
    </message>
    <message>
        <source>Leave out the oldest messages</source>
        <translation>가장 오래된 메시지 빼기</translation>
    </message>
    <message>
        <source>Start reply with</source>
        <translation>답변 시작 문구</translation>
    </message>
    <message>
        <source>Every reply begins with these words and goes on from there, for example “Sure:” or “```python”.</source>
        <translation>모든 답변이 이 문구로 시작해 이어져요. 예: “물론이죠:”, “```python”</translation>
    </message>
    <message>
        <source>Plain continuation</source>
        <translation>그대로 이어 쓰기</translation>
    </message>
    <message>
        <source>Without a chat template the model simply goes on writing where your text ends. Base models such as GPT-2 can do nothing else.</source>
        <translation>대화 템플릿 없이, 글이 끝난 곳부터 모델이 그대로 이어 써요. GPT-2 같은 기본 모델은 이것만 할 수 있어요.</translation>
    </message>
    <message>
        <source>For models without a chat template</source>
        <translation>대화 템플릿이 없는 모델만</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>항상</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>안 함</translation>
    </message>
    <message>
        <source>Thoughts of the model</source>
        <translation>모델의 생각</translation>
    </message>
    <message>
        <source>Some models think before they answer. Folded thoughts open with a click.</source>
        <translation>어떤 모델은 답하기 전에 생각해요. 접힌 생각은 누르면 펼쳐져요.</translation>
    </message>
    <message>
        <source>Folded</source>
        <translation>접기</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>펼치기</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>문맥 길이</translation>
    </message>
    <message>
        <source>How many tokens (pieces of words) of the conversation the model can look back on. More lets it remember longer chats but needs more memory.</source>
        <translation>모델이 대화에서 되돌아볼 수 있는 토큰(단어 조각)의 수예요. 늘리면 더 긴 대화를 기억하지만 메모리를 더 써요.</translation>
    </message>
    <message>
        <source>Layers on the graphics card</source>
        <translation>그래픽 카드에서 실행할 레이어</translation>
    </message>
    <message>
        <source>How much of the model runs on the graphics card; the rest runs on the processor. Lower it if loading fails or the screen stutters; 0 uses the processor only.</source>
        <translation>모델의 어느 만큼을 그래픽 카드에서 실행할지 정해요. 나머지는 CPU에서 실행돼요. 불러오지 못하거나 화면이 끊기면 줄이세요. 0이면 CPU만 써요.</translation>
    </message>
    <message>
        <source>As many as fit</source>
        <translation>들어가는 만큼</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>CPU 스레드</translation>
    </message>
    <message>
        <source>How many processor cores work on an answer. Lower it to keep the computer responsive while the model writes.</source>
        <translation>답변에 쓸 CPU 코어의 수예요. 모델이 쓰는 동안에도 컴퓨터를 빠르게 쓰고 싶으면 줄이세요.</translation>
    </message>
    <message>
        <source>Memory for other versions</source>
        <translation>다른 버전을 위한 메모리</translation>
    </message>
    <message>
        <source>How much memory, in MiB, keeps what the model has read of other versions of a chat, so that going back to one need not read it again. Lower it if memory is short; 0 turns it off.</source>
        <translation>모델이 읽은 다른 버전의 대화를 간직할 메모리(MiB)예요. 그 버전으로 돌아갈 때 다시 읽지 않아도 돼요. 메모리가 부족하면 낮추세요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Flash attention</source>
        <translation>플래시 어텐션</translation>
    </message>
    <message>
        <source>A faster way to compute attention that needs less memory. Switch it off only if a graphics card gives wrong answers with it.</source>
        <translation>어텐션을 더 빠르고 적은 메모리로 계산하는 방법이에요. 그래픽 카드가 잘못된 답을 낼 때만 끄세요.</translation>
    </message>
    <message>
        <source>On</source>
        <translation>켬</translation>
    </message>
    <message>
        <source>Precision of the KV cache</source>
        <translation>KV 캐시 정밀도</translation>
    </message>
    <message>
        <source>How exactly the model remembers the conversation. q8_0 halves the memory that a long context takes and q4_0 quarters it, at some cost in quality; both need flash attention.</source>
        <translation>모델이 대화를 얼마나 정확히 기억하는지예요. 긴 문맥에 드는 메모리를 q8_0은 절반, q4_0은 4분의 1로 줄이지만 품질이 조금 떨어져요. 둘 다 플래시 어텐션이 필요해요.</translation>
    </message>
    <message>
        <source>Model folders</source>
        <translation>모델 폴더</translation>
    </message>
    <message>
        <source>Folders in which ChatApp looks for model files (GGUF) besides its own. Add one if you keep models elsewhere, for example from another program.</source>
        <translation>ChatApp이 자기 폴더 말고도 모델 파일(GGUF)을 찾는 폴더예요. 다른 프로그램의 모델처럼 다른 곳에 둔 모델이 있으면 추가하세요.</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>How freely the model chooses its words. Low values give dependable answers, high ones surprising answers; 0 always takes the likeliest word.</source>
        <translation>모델이 단어를 얼마나 자유롭게 고르는지 정해요. 낮으면 안정된 답, 높으면 뜻밖의 답이 나와요. 0이면 항상 확률이 가장 높은 단어를 골라요.</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Only this many of the likeliest next tokens are considered. Lower it if the model drifts into nonsense.</source>
        <translation>확률이 높은 순서로 이 수만큼의 토큰만 후보로 남겨요. 모델이 엉뚱한 말을 하면 줄이세요.</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>빈도 페널티</translation>
    </message>
    <message>
        <source>Every time a word was used recently makes it less likely. Raise it a little, to 0.3, if the same words come again and again; 0 turns it off.</source>
        <translation>최근에 쓴 횟수만큼 그 낱말이 덜 나와요. 같은 낱말이 자꾸 나오면 0.3 정도로 올려 보세요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>존재 페널티</translation>
    </message>
    <message>
        <source>Words that were used recently at all become less likely. Raise it to bring in new subjects; 0 turns it off.</source>
        <translation>최근에 한 번이라도 쓴 낱말이 덜 나와요. 새로운 이야깃거리를 원하면 올리세요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Repetition guard (DRY)</source>
        <translation>반복 방지(DRY)</translation>
    </message>
    <message>
        <source>Keeps the model from repeating whole phrases, and leaves single words alone. 0.8 is a good value if answers go round in circles; 0 turns it off.</source>
        <translation>낱말 하나가 아니라 구절 전체를 되풀이하지 않게 해요. 답이 제자리를 맴돌면 0.8이 알맞아요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Repetition guard: growth</source>
        <translation>반복 방지: 증가율</translation>
    </message>
    <message>
        <source>How much stronger the repetition guard (DRY) gets with each repeated token. Seldom needs changing.</source>
        <translation>토큰이 하나 더 되풀이될 때마다 반복 방지(DRY)가 강해지는 정도예요. 바꿀 일이 거의 없어요.</translation>
    </message>
    <message>
        <source>Repetition guard: allowed length</source>
        <translation>반복 방지: 허용 길이</translation>
    </message>
    <message>
        <source>Repeated phrases of fewer tokens than this are fine. Raise it if names or set phrases come out wrong.</source>
        <translation>이보다 적은 토큰의 반복은 괜찮아요. 이름이나 관용구가 잘못 나오면 올리세요.</translation>
    </message>
    <message>
        <source>Repetition guard: window</source>
        <translation>반복 방지: 범위</translation>
    </message>
    <message>
        <source>How many of the last tokens the repetition guard (DRY) looks at.</source>
        <translation>반복 방지(DRY)가 살펴보는 최근 토큰 수예요.</translation>
    </message>
    <message>
        <source>Repetition guard: breakers</source>
        <translation>반복 방지: 구분 문구</translation>
    </message>
    <message>
        <source>Phrases are not followed across these texts, one a line; \n stands for a new line. Add the names of speakers if they should come again freely.</source>
        <translation>이 문구를 넘어서는 반복으로 보지 않아요. 한 줄에 하나씩 쓰고 \n은 줄바꿈이에요. 자유롭게 다시 나와야 하는 말하는 이의 이름을 넣으세요.</translation>
    </message>
    <message>
        <source>Top-n-sigma</source>
        <translation>Top-n-sigma</translation>
    </message>
    <message>
        <source>Only tokens whose score is near the best one are considered: within this many standard deviations. 1 keeps answers sensible even at a high temperature; 0 turns it off.</source>
        <translation>점수가 최고점에서 표준편차의 이 배수 안에 있는 토큰만 고려해요. 1이면 온도가 높아도 답이 온전해요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Typical-p</source>
        <translation>Typical-p</translation>
    </message>
    <message>
        <source>Considers the tokens that are about as surprising as the model expects, up to this probability together. Lower it for more human-like variety; 1 turns it off.</source>
        <translation>모델이 예상한 만큼 뜻밖인 토큰을 합친 확률이 이 값이 될 때까지 고려해요. 낮추면 사람처럼 다양해져요. 1이면 꺼져요.</translation>
    </message>
    <message>
        <source>Leave out the obvious (XTC)</source>
        <translation>뻔한 것 빼기(XTC)</translation>
    </message>
    <message>
        <source>How often the likeliest choices are left out in favour of a less usual one. Raise it, to 0.5, for more creative writing; 0 turns it off.</source>
        <translation>가장 그럴듯한 선택을 빼고 덜 흔한 것을 고르는 빈도예요. 창의적인 글을 원하면 0.5로 올리세요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Leave out the obvious: threshold</source>
        <translation>뻔한 것 빼기: 기준</translation>
    </message>
    <message>
        <source>Only choices of at least this probability count as obvious. Lower values leave out more.</source>
        <translation>확률이 이 값 이상인 선택만 뻔한 것으로 봐요. 낮출수록 더 많이 빠져요.</translation>
    </message>
    <message>
        <source>Dynamic temperature</source>
        <translation>동적 온도</translation>
    </message>
    <message>
        <source>Lets the temperature vary by this much up and down: lower where the model is sure, higher where it is not. 0 turns it off.</source>
        <translation>온도가 이만큼 위아래로 바뀌어요. 모델이 확신하면 낮고, 아니면 높아요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Dynamic temperature: exponent</source>
        <translation>동적 온도: 지수</translation>
    </message>
    <message>
        <source>Above 1 the temperature rises only where the model is very unsure, below 1 it rises sooner.</source>
        <translation>1보다 크면 모델이 매우 불확실할 때만 온도가 오르고, 1보다 작으면 더 일찍 올라요.</translation>
    </message>
    <message>
        <source>Mirostat</source>
        <translation>미로스탯(Mirostat)</translation>
    </message>
    <message>
        <source>Version 1 or 2 of a method that keeps the text equally surprising throughout. It takes the place of top-k, top-p, min-p, typical-p, top-n-sigma and XTC.</source>
        <translation>글 전체가 고르게 뜻밖이도록 유지하는 방법의 버전 1 또는 2예요. top-k, top-p, min-p, typical-p, top-n-sigma, XTC를 대신해요.</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>끔</translation>
    </message>
    <message>
        <source>Mirostat: target</source>
        <translation>미로스탯: 목표</translation>
    </message>
    <message>
        <source>How surprising the text should be, in bits a token. Lower is more predictable.</source>
        <translation>글이 얼마나 뜻밖이어야 하는지예요(토큰당 비트). 낮을수록 예측하기 쉬워요.</translation>
    </message>
    <message>
        <source>Mirostat: learning rate</source>
        <translation>미로스탯: 학습률</translation>
    </message>
    <message>
        <source>How quickly Mirostat reacts when the text becomes too plain or too wild.</source>
        <translation>글이 너무 밋밋하거나 너무 엉뚱할 때 미로스탯이 반응하는 빠르기예요.</translation>
    </message>
    <message>
        <source>Adaptive-p</source>
        <translation>Adaptive-p</translation>
    </message>
    <message>
        <source>Prefers tokens of about this probability, and corrects itself over time. 0.5 gives lively but coherent text. It cannot be used together with Mirostat.</source>
        <translation>확률이 이 값쯤인 토큰을 고르고 시간이 지나며 스스로 맞춰 가요. 0.5면 생기 있으면서도 일관된 글이 나와요. 미로스탯과 함께 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>Adaptive-p: memory</source>
        <translation>Adaptive-p: 기억</translation>
    </message>
    <message>
        <source>How long adaptive-p remembers: 0.9 is about ten tokens, 0.99 about a hundred.</source>
        <translation>adaptive-p가 기억하는 길이예요. 0.9는 약 10토큰, 0.99는 약 100토큰이에요.</translation>
    </message>
    <message>
        <source>Token bias</source>
        <translation>토큰 가중</translation>
    </message>
    <message>
        <source>Makes single tokens likelier or less likely: one a line, the token&apos;s number and a value from -100 to 100. -100 forbids the token.</source>
        <translation>토큰 하나하나가 더 나오거나 덜 나오게 해요. 한 줄에 하나씩 토큰 번호와 -100~100의 값을 쓰세요. -100이면 그 토큰을 금지해요.</translation>
    </message>
    <message>
        <source>Grammar (GBNF)</source>
        <translation>문법(GBNF)</translation>
    </message>
    <message>
        <source>Rules that the answer has to follow to the letter, for example root ::= &quot;yes&quot; | &quot;no&quot;. Empty lets the model answer freely.</source>
        <translation>답이 글자 그대로 따라야 하는 규칙이에요. 예: root ::= &quot;yes&quot; | &quot;no&quot;. 비우면 자유롭게 답해요.</translation>
    </message>
    <message>
        <source>JSON schema</source>
        <translation>JSON 스키마</translation>
    </message>
    <message>
        <source>The answer becomes JSON of this shape, which programs can read. Limits of numbers in it are not enforced. It cannot be used together with a grammar.</source>
        <translation>답이 이 모양의 JSON이 되어 프로그램이 읽을 수 있어요. 수의 범위 제한은 적용되지 않아요. 문법과 함께 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Only the likeliest tokens that together reach this probability are considered. Lower is more cautious; 1 turns it off.</source>
        <translation>확률이 높은 토큰부터 더해서 이 확률에 이를 때까지만 후보로 남겨요. 낮을수록 신중해지고, 1이면 꺼져요.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Tokens much less likely than the likeliest one are left out: 0.05 leaves out those below a twentieth of it. Raise it if answers wander; 0 turns it off.</source>
        <translation>가장 유력한 토큰보다 확률이 훨씬 낮은 토큰을 빼요. 0.05면 그 확률의 20분의 1보다 낮은 토큰이 빠져요. 답변이 산만하면 높이세요. 0이면 꺼져요.</translation>
    </message>
    <message>
        <source>Repeat penalty</source>
        <translation>반복 벌점</translation>
    </message>
    <message>
        <source>Makes recently used words less likely. Raise it a little, to 1.1, if the model repeats itself; 1 turns it off.</source>
        <translation>최근에 쓴 단어의 확률을 낮춰요. 모델이 같은 말을 되풀이하면 1.1 정도로 조금 높이세요. 1이면 꺼져요.</translation>
    </message>
    <message>
        <source>Repeat window</source>
        <translation>반복 확인 범위</translation>
    </message>
    <message>
        <source>How many of the last tokens the repeat penalty looks at. Raise it if longer passages come again.</source>
        <translation>반복 벌점이 살펴보는 마지막 토큰의 수예요. 긴 구절이 되풀이되면 늘리세요.</translation>
    </message>
    <message>
        <source>The whole conversation</source>
        <translation>대화 전체</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>The start of the random draw. With a fixed number the same question gets the same answer again, which helps when comparing settings.</source>
        <translation>무작위 추첨의 시작 값이에요. 수를 정해 두면 같은 질문에 같은 답이 다시 나와서 설정을 비교할 때 좋아요.</translation>
    </message>
    <message>
        <source>A new one each time</source>
        <translation>매번 새로</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>최대 답변 길이</translation>
    </message>
    <message>
        <source>An answer ends after this many tokens, about three quarters as many English words. Set it if answers run on too long.</source>
        <translation>이 수만큼의 토큰을 쓰면 답변을 끝내요. 한국어는 한 글자에 토큰 하나 안팎이 들어요. 답변이 너무 길어지면 정하세요.</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>제한 없음</translation>
    </message>
    <message>
        <source>Stop texts</source>
        <translation>중지 문구</translation>
    </message>
    <message>
        <source>An answer ends before any of these texts, one a line. Useful if a model goes on to write your part of the conversation too.</source>
        <translation>이 문구가 나오기 전에 답변을 끝내요. 한 줄에 하나씩 쓰세요. 모델이 사용자의 말까지 이어서 쓸 때 쓸모 있어요.</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>화면</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>샘플링</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>균형</translation>
    </message>
    <message>
        <source>Precise</source>
        <translation>정확</translation>
    </message>
    <message>
        <source>Creative</source>
        <translation>창의</translation>
    </message>
    <message>
        <source>Deterministic</source>
        <translation>항상 같은 답</translation>
    </message>
</context>
</TS>
