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
        <source>Inspect: how likely each token was</source>
        <translation>들여다보기: 토큰마다 얼마나 그럴듯했는지</translation>
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
        <source>{right} of {total} guessed tokens were right</source>
        <translation>추측한 토큰 {total}개 가운데 {right}개가 맞았어요</translation>
    </message>
    <message>
        <source>The memory of this model cannot be cut: the prompt was evaluated again</source>
        <translation>이 모델의 기억은 중간에서 자를 수 없어 프롬프트를 다시 계산했어요</translation>
    </message>
    <message>
        <source>{known} of {total} tokens before the first new one were cached</source>
        <translation>첫 새 토큰 앞의 토큰 {total}개 중 {known}개는 이미 읽어 둔 것이에요</translation>
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
    <message>
        <source>Score this message</source>
        <translation>이 메시지 점수 매기기</translation>
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
    <name>Attention</name>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>You</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>답</translation>
    </message>
    <message>
        <source>This reply</source>
        <translation>이 답</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>템플릿</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>엔트로피</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>거리</translation>
    </message>
    <message>
        <source>Sink</source>
        <translation>싱크</translation>
    </message>
    <message>
        <source>Previous token</source>
        <translation>이전 토큰</translation>
    </message>
    <message>
        <source>Same token before</source>
        <translation>앞의 같은 토큰</translation>
    </message>
    <message>
        <source>Induction</source>
        <translation>인덕션</translation>
    </message>
    <message>
        <source>First user message</source>
        <translation>첫 사용자 메시지</translation>
    </message>
    <message>
        <source>How widely a head looks, in bits: 0 is a single token.</source>
        <translation>헤드가 얼마나 넓게 보는지(비트)예요. 0이면 토큰 하나만 봐요.</translation>
    </message>
    <message>
        <source>How far back a head looks on average, in tokens.</source>
        <translation>헤드가 평균 몇 토큰 앞을 보는지예요.</translation>
    </message>
    <message>
        <source>What goes to the very first token, where heads look that have nothing to look for.</source>
        <translation>맨 처음 토큰으로 가는 몫이에요. 찾을 것이 없는 헤드는 여기를 봐요.</translation>
    </message>
    <message>
        <source>What goes to the token just before, of all that is not on the sink.</source>
        <translation>싱크를 뺀 나머지 가운데 바로 앞 토큰으로 가는 몫이에요.</translation>
    </message>
    <message>
        <source>What goes to earlier places of the same token.</source>
        <translation>앞에 나온 같은 토큰으로 가는 몫이에요.</translation>
    </message>
    <message>
        <source>What goes to the token that followed the same token earlier: such heads go on with what was there before.</source>
        <translation>앞에서 같은 토큰 다음에 온 토큰으로 가는 몫이에요. 이런 헤드는 앞에 있던 것을 이어 가요.</translation>
    </message>
    <message>
        <source>What goes to your first message.</source>
        <translation>첫 메시지로 가는 몫이에요.</translation>
    </message>
    <message>
        <source>Choose a token, here with the Tokens tab or in the chat, to see what the model looked at.</source>
        <translation>토큰 탭이나 대화에서 토큰을 고르면 모델이 무엇을 보았는지 볼 수 있어요.</translation>
    </message>
    <message>
        <source>Attention is shown when the reply is written.</source>
        <translation>답을 다 쓰면 어텐션을 보여 줘요.</translation>
    </message>
    <message>
        <source>Load a model to see what it looked at.</source>
        <translation>모델을 불러오면 무엇을 보았는지 볼 수 있어요.</translation>
    </message>
    <message>
        <source>Another model wrote this reply. Load that one to see what it looked at.</source>
        <translation>다른 모델이 쓴 답이에요. 그 모델을 불러오면 무엇을 보았는지 볼 수 있어요.</translation>
    </message>
    <message>
        <source>This model has no attention: its layers remember what they have read in another way.</source>
        <translation>이 모델에는 어텐션이 없어요. 읽은 것을 다른 방식으로 기억해요.</translation>
    </message>
    <message>
        <source>Nothing comes before the first token: the model did not predict it.</source>
        <translation>첫 토큰 앞에는 아무것도 없어요. 모델이 예측한 것이 아니에요.</translation>
    </message>
    <message>
        <source>This token is too far before the end of the prompt. Look at one nearer to it.</source>
        <translation>이 토큰은 프롬프트 끝에서 너무 멀어요. 더 가까운 토큰을 보세요.</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>살펴보는 중…</translation>
    </message>
    <message>
        <source>when predicting it</source>
        <translation>이 토큰을 예측할 때</translation>
    </message>
    <message>
        <source>when reading it</source>
        <translation>이 토큰을 읽을 때</translation>
    </message>
    <message>
        <source>The model reads the text up to this token again…</source>
        <translation>모델이 이 토큰까지 글을 다시 읽는 중…</translation>
    </message>
    <message>
        <source>{number} bits</source>
        <translation>{number}비트</translation>
    </message>
    <message>
        <source>{number} tokens</source>
        <translation>{number}토큰</translation>
    </message>
    <message>
        <source>replayed: the text was read again beside the chat</source>
        <translation>다시 실행: 대화와 따로 글을 다시 읽음</translation>
    </message>
    <message>
        <source>rebuilt from this chat&apos;s own run (recorded)</source>
        <translation>이 대화의 실제 실행에서 되살림(기록됨)</translation>
    </message>
    <message>
        <source>rebuilt; this token was evaluated once more for it</source>
        <translation>되살림. 이 토큰을 한 번 더 계산했어요</translation>
    </message>
    <message>
        <source>flash attention</source>
        <translation>플래시 어텐션</translation>
    </message>
    <message>
        <source>flash attention off</source>
        <translation>플래시 어텐션 꺼짐</translation>
    </message>
    <message>
        <source>row sums {sums}</source>
        <translation>행의 합 {sums}</translation>
    </message>
    <message>
        <source>checked at token {token}: w·V differs by {difference}</source>
        <translation>토큰 {token}에서 확인: w·V 차이 {difference}</translation>
    </message>
    <message>
        <source>not checked</source>
        <translation>확인하지 않음</translation>
    </message>
    <message>
        <source>Attention is not recorded: that is switched off in the preferences. So the model reads the text again, in a second context beside the chat.</source>
        <translation>환경설정에서 꺼 두어서 어텐션이 기록되지 않아요. 그래서 모델이 대화 옆의 두 번째 컨텍스트에서 글을 다시 읽어요.</translation>
    </message>
    <message>
        <source>Attention is recorded with flash attention only, which is switched off in the preferences. So the model reads the text again, in a second context beside the chat.</source>
        <translation>어텐션은 플래시 어텐션을 쓸 때만 기록되는데 환경설정에서 꺼져 있어요. 그래서 모델이 대화 옆의 두 번째 컨텍스트에서 글을 다시 읽어요.</translation>
    </message>
    <message>
        <source>Nothing is recorded here, so the model reads the text again, in a second context beside the chat.</source>
        <translation>여기에는 기록된 것이 없어서 모델이 대화 옆의 두 번째 컨텍스트에서 글을 다시 읽어요.</translation>
    </message>
    <message>
        <source>Attention is not explanation: it says where heads looked, not why.</source>
        <translation>어텐션은 설명이 아니에요. 헤드가 어디를 보았는지 말할 뿐, 왜인지는 말하지 않아요.</translation>
    </message>
</context>
<context>
    <name>AttentionTab</name>
    <message>
        <source>Attention</source>
        <translation>어텐션</translation>
    </message>
    <message>
        <source>“{token}”, token {number}</source>
        <translation>“{token}”, 토큰 {number}</translation>
    </message>
    <message>
        <source>all {count} heads</source>
        <translation>헤드 {count}개 전부</translation>
    </message>
    <message>
        <source>{count} heads</source>
        <translation>헤드 {count}개</translation>
    </message>
    <message>
        <source>The attention of the last {tokens} tokens is recorded: {each} a token, at most {most}. What was given up is evaluated once more when you look at it.</source>
        <translation>마지막 토큰 {tokens}개의 어텐션을 기록해요: 토큰마다 {each}, 최대 {most}. 버린 것은 볼 때 한 번 더 계산해요.</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>출처</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation>행렬</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>선</translation>
    </message>
    <message>
        <source>Shares</source>
        <translation>몫</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>만약에</translation>
    </message>
    <message>
        <source>Ways to look at attention</source>
        <translation>어텐션을 보는 방법</translation>
    </message>
    <message>
        <source>Which moment is shown</source>
        <translation>보여 줄 순간</translation>
    </message>
    <message>
        <source>What the model looked at when it chose this token, or when it read it and chose the next one</source>
        <translation>모델이 이 토큰을 고를 때, 또는 이 토큰을 읽고 다음 토큰을 고를 때 본 것</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>모든 헤드</translation>
    </message>
    <message>
        <source>How this was recorded</source>
        <translation>기록 방법</translation>
    </message>
</context>
<context>
    <name>AttentionTold</name>
    <message>
        <source>Choose a model</source>
        <translation>모델 고르기</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Nothing to do</source>
        <translation>할 일 없음</translation>
    </message>
    <message>
        <source>How much has been read</source>
        <translation>읽은 정도</translation>
    </message>
</context>
<context>
    <name>BarsItemModel</name>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>These settings</source>
        <translation>이 설정</translation>
    </message>
    <message>
        <source>all others</source>
        <translation>나머지 전부</translation>
    </message>
    <message>
        <source>Token {id}, bytes {bytes}</source>
        <translation>토큰 {id}, 바이트 {bytes}</translation>
    </message>
    <message>
        <source>cut: {stage}</source>
        <translation>잘림: {stage}</translation>
    </message>
    <message>
        <source>cut</source>
        <translation>잘림</translation>
    </message>
    <message>
        <source>{token}: {before} of the model, cut by these settings</source>
        <translation>{token}: 모델은 {before}, 이 설정에서는 잘림</translation>
    </message>
    <message>
        <source>{token}: {before} of the model, {after} with these settings</source>
        <translation>{token}: 모델은 {before}, 이 설정에서는 {after}</translation>
    </message>
    <message>
        <source>Its exact value depends on tokens that were not kept.</source>
        <translation>정확한 값은 보관하지 않은 토큰에 달려 있어요.</translation>
    </message>
</context>
<context>
    <name>BranchDialog</name>
    <message>
        <source>Branch with another token</source>
        <translation>다른 토큰으로 갈래 만들기</translation>
    </message>
    <message>
        <source>Token {number} is {old}. What should stand there instead?</source>
        <translation>{number}번째 토큰은 {old}예요. 그 자리에 무엇을 넣을까요?</translation>
    </message>
    <message>
        <source>What should stand there instead?</source>
        <translation>그 자리에 무엇을 넣을까요?</translation>
    </message>
    <message>
        <source>Text of the new token</source>
        <translation>새 토큰의 글</translation>
    </message>
    <message>
        <source>A space before a word is part of its token. \n is a new line; control tokens go by their names.</source>
        <translation>낱말 앞의 빈칸은 그 토큰의 일부예요. \n은 줄바꿈이고, 제어 토큰은 이름으로 써요.</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>바이트</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>확률</translation>
    </message>
    <message>
        <source>Tokens the model reads it as</source>
        <translation>모델이 이 글을 읽는 토큰</translation>
    </message>
    <message>
        <source>Begin with the first token only</source>
        <translation>첫 토큰만 넣기</translation>
    </message>
    <message>
        <source>Branch from here</source>
        <translation>여기서 갈래 만들기</translation>
    </message>
</context>
<context>
    <name>CandidateItemModel</name>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>확률</translation>
    </message>
    <message>
        <source>Final</source>
        <translation>최종</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>바이트</translation>
    </message>
    <message>
        <source>1 is the likeliest token of the whole vocabulary</source>
        <translation>1은 전체 어휘에서 가장 그럴듯한 토큰이에요</translation>
    </message>
    <message>
        <source>· is a space, ⏎ a line break</source>
        <translation>·는 빈칸, ⏎는 줄바꿈이에요</translation>
    </message>
    <message>
        <source>What the model computed, before any sampler</source>
        <translation>샘플러를 거치기 전에 모델이 계산한 값이에요</translation>
    </message>
    <message>
        <source>What temperature, top-k and the other samplers left of it</source>
        <translation>온도, top-k 같은 샘플러를 거치고 남은 값이에요</translation>
    </message>
    <message>
        <source>The token&apos;s number in the model&apos;s vocabulary</source>
        <translation>모델의 어휘에서 이 토큰의 번호예요</translation>
    </message>
    <message>
        <source>The exact bytes the token stands for, in hexadecimal</source>
        <translation>이 토큰이 나타내는 정확한 바이트(16진수)예요</translation>
    </message>
    <message>
        <source>all others</source>
        <translation>나머지 전부</translation>
    </message>
    <message>
        <source>cut: {stage}</source>
        <translation>잘림: {stage}</translation>
    </message>
    <message>
        <source>The probability of all tokens that are not in the list, together</source>
        <translation>목록에 없는 모든 토큰의 확률을 더한 값이에요</translation>
    </message>
    <message>
        <source>The sampler {stage} left this token out</source>
        <translation>{stage} 샘플러가 이 토큰을 뺐어요</translation>
    </message>
    <message>
        <source>Id {id}, bytes {bytes}</source>
        <translation>ID {id}, 바이트 {bytes}</translation>
    </message>
    <message>
        <source>This token was taken</source>
        <translation>이 토큰이 뽑혔어요</translation>
    </message>
</context>
<context>
    <name>CandidateTable</name>
    <message>
        <source>Branch from here</source>
        <translation>여기서 갈래 만들기</translation>
    </message>
    <message>
        <source>Copy row</source>
        <translation>행 복사</translation>
    </message>
    <message>
        <source>Candidates</source>
        <translation>후보</translation>
    </message>
</context>
<context>
    <name>CardView</name>
    <message>
        <source>Open this page in the browser?</source>
        <translation>이 페이지를 브라우저에서 열까요?</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Copy link address</source>
        <translation>링크 주소 복사</translation>
    </message>
    <message>
        <source>Copy selection</source>
        <translation>선택한 글 복사</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>모두 선택</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>모델 카드</translation>
    </message>
    <message>
        <source>Show the whole card</source>
        <translation>카드 전체 보기</translation>
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
        <source>Messages above this line were not sent, but pinned ones were</source>
        <translation>이 선 위의 메시지는 고정한 것만 빼고 보내지 않았어요</translation>
    </message>
    <message>
        <source>Messages above this line were not sent</source>
        <translation>이 선 위의 메시지는 보내지 않았어요</translation>
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
    <name>ColourRow</name>
    <message>
        <source>Colour by</source>
        <translation>색 기준</translation>
    </message>
    <message>
        <source>What the tokens are coloured by</source>
        <translation>토큰에 색을 입히는 기준</translation>
    </message>
    <message>
        <source>Change the bounds of the ranks</source>
        <translation>순위 경계 바꾸기</translation>
    </message>
    <message>
        <source>Colours in the chat</source>
        <translation>대화의 색</translation>
    </message>
    <message>
        <source>Explain what this means</source>
        <translation>무슨 뜻인지 설명 보기</translation>
    </message>
    <message>
        <source>New colour after rank</source>
        <translation>색이 바뀌는 순위</translation>
    </message>
    <message>
        <source>Bounds of the ranks</source>
        <translation>순위 경계</translation>
    </message>
    <message>
        <source>Up to 6 growing whole numbers, such as 1, 10, 100, 1000.</source>
        <translation>점점 커지는 정수를 6개까지 쓰세요. 예: 1, 10, 100, 1000</translation>
    </message>
</context>
<context>
    <name>CompareDialog</name>
    <message>
        <source>Nothing was recorded of the tokens of one of these replies.</source>
        <translation>두 답 가운데 하나는 토큰 기록이 없어요.</translation>
    </message>
    <message>
        <source>Models with different vocabularies wrote these replies: their tokens cannot be compared.</source>
        <translation>어휘가 다른 모델들이 쓴 답이라 토큰을 비교할 수 없어요.</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>토큰 {count}개</translation>
    </message>
    <message>
        <source>perplexity {value}</source>
        <translation>퍼플렉시티 {value}</translation>
    </message>
    <message>
        <source>They part at token {number}: A has {one}, B has {two}.</source>
        <translation>{number}번째 토큰에서 갈라져요: A는 {one}, B는 {two}예요.</translation>
    </message>
    <message>
        <source>Both are the same, token by token.</source>
        <translation>토큰 하나하나까지 똑같아요.</translation>
    </message>
    <message>
        <source>{longer} begins as {shorter} and goes on at token {number} with {token}.</source>
        <translation>{longer}는 {shorter}와 똑같이 시작해서 {number}번째 토큰 {token}부터 더 이어져요.</translation>
    </message>
    <message>
        <source>P is what the model expected next in A, Q in B. The Kullback–Leibler divergence D(P‖Q) is 0 bits where both expect the same, and the more of what A expects comes as a surprise to B, the larger it is. It is worked out from the likeliest tokens that were kept of both: the true value is at least that. After the token where they part the two have read different words, so the same number of a token is another place in the text.</source>
        <translation>P는 A에서, Q는 B에서 모델이 다음에 올 것으로 예상한 분포예요. 쿨백–라이블러 발산 D(P‖Q)는 둘의 예상이 같으면 0비트이고, A가 예상한 것이 B에게 뜻밖일수록 커요. 양쪽에 남아 있는 가장 나올 법한 토큰으로 계산하므로 참값은 적어도 이만큼이에요. 갈라진 토큰 뒤로는 둘이 서로 다른 낱말을 읽었기 때문에 같은 번호의 토큰도 글의 다른 자리예요.</translation>
    </message>
    <message>
        <source>Two different models wrote these replies.</source>
        <translation>서로 다른 두 모델이 쓴 답이에요.</translation>
    </message>
    <message>
        <source>{reply} has ended</source>
        <translation>{reply}는 끝났어요</translation>
    </message>
    <message>
        <source>D(P‖Q) ≥ {bits} bits</source>
        <translation>D(P‖Q) ≥ {bits}비트</translation>
    </message>
    <message>
        <source>Token {number}: {facts}</source>
        <translation>토큰 {number}: {facts}</translation>
    </message>
    <message>
        <source>Compare two replies</source>
        <translation>두 답 비교하기</translation>
    </message>
    <message>
        <source>How far B’s distribution is from A’s, bits per token</source>
        <translation>B의 분포가 A의 분포에서 얼마나 떨어져 있는지, 토큰당 비트</translation>
    </message>
    <message>
        <source>Swap A and B</source>
        <translation>A와 B 바꾸기</translation>
    </message>
    <message>
        <source>Divergence by token</source>
        <translation>토큰별 차이</translation>
    </message>
    <message>
        <source>Tokens of reply {letter}</source>
        <translation>답 {letter}의 토큰</translation>
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
    <name>DistributionItemModel</name>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>ID</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>비트</translation>
    </message>
    <message>
        <source>Sampled</source>
        <translation>샘플링 뒤</translation>
    </message>
    <message>
        <source>1 is the likeliest token</source>
        <translation>1이 가장 그럴듯한 토큰이에요</translation>
    </message>
    <message>
        <source>· is a space, ⏎ a new line, &lt;ED&gt; a byte that is only a part of a character</source>
        <translation>·는 빈칸, ⏎는 줄바꿈, &lt;ED&gt;는 글자의 일부인 바이트예요</translation>
    </message>
    <message>
        <source>The token&apos;s number in the vocabulary</source>
        <translation>어휘에서 이 토큰의 번호예요</translation>
    </message>
    <message>
        <source>The model&apos;s own probability, before any sampler</source>
        <translation>샘플러를 거치기 전, 모델이 준 확률이에요</translation>
    </message>
    <message>
        <source>Surprisal: -log₂ of the model&apos;s probability</source>
        <translation>놀람도: 모델이 준 확률의 -log₂예요</translation>
    </message>
    <message>
        <source>The probability after this chat&apos;s samplers; – was cut by one of them</source>
        <translation>이 대화의 샘플러를 거친 뒤의 확률이에요. –는 샘플러가 뺀 토큰이에요</translation>
    </message>
    <message>
        <source>{token}, the token that stands here</source>
        <translation>{token}, 여기 있는 토큰</translation>
    </message>
    <message>
        <source>A control token: a mark, no text</source>
        <translation>제어 토큰: 글이 아니라 표시예요</translation>
    </message>
    <message>
        <source>Bytes: {bytes}</source>
        <translation>바이트: {bytes}</translation>
    </message>
</context>
<context>
    <name>DistributionPage</name>
    <message>
        <source>Entropy {bits} bits  ·  {possible} of {count} tokens above 0.0001 %</source>
        <translation>엔트로피 {bits}비트  ·  토큰 {count}개 중 {possible}개가 0.0001 % 이상</translation>
    </message>
    <message>
        <source>No token of this model fits.</source>
        <translation>이 모델에는 맞는 토큰이 없어요.</translation>
    </message>
    <message>
        <source>{count} tokens fit, together {percent}</source>
        <translation>토큰 {count}개가 맞고, 합쳐서 {percent}예요</translation>
    </message>
    <message>
        <source>Down to this row: {count} of the tokens, {percent} of the probability</source>
        <translation>이 행까지 토큰 {count}개, 확률의 {percent}</translation>
    </message>
    <message>
        <source>Search: text, #id or &lt;ED 95&gt;</source>
        <translation>찾기: 글, #ID 또는 &lt;ED 95&gt;</translation>
    </message>
    <message>
        <source>Search the vocabulary</source>
        <translation>어휘에서 찾기</translation>
    </message>
    <message>
        <source>Next token, the likeliest first</source>
        <translation>다음 토큰, 그럴듯한 순서로</translation>
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
    <name>DownloadButton</name>
    <message>
        <source>Downloads: {numbers}</source>
        <translation>내려받기: {numbers}</translation>
    </message>
    <message>
        <source>Download failed</source>
        <translation>내려받기 실패</translation>
    </message>
    <message>
        <source>Downloads failed</source>
        <translation>내려받기 실패</translation>
    </message>
</context>
<context>
    <name>DownloadList</name>
    <message>
        <source>Give up this download?</source>
        <translation>이 내려받기를 그만둘까요?</translation>
    </message>
    <message>
        <source>{size} of “{name}” have arrived and will be deleted. “Pause” would keep them.</source>
        <translation>“{name}” 중 {size}를 이미 받았고, 그만두면 지워져요. “일시정지”하면 남아 있어요.</translation>
    </message>
    <message>
        <source>Give it up</source>
        <translation>그만두기</translation>
    </message>
    <message>
        <source>Offline mode is on</source>
        <translation>오프라인 모드가 켜져 있어요</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count}개 실패</translation>
    </message>
    <message>
        <source>{count} paused</source>
        <translation>{count}개 일시정지</translation>
    </message>
    <message>
        <source>Everything is here</source>
        <translation>모두 받았어요</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>내려받기</translation>
    </message>
    <message>
        <source>Space pauses and resumes, Delete cancels, Alt with the arrow keys changes the order.</source>
        <translation>스페이스로 멈추고 이어 받기, Delete로 취소, Alt+화살표로 순서를 바꿔요.</translation>
    </message>
    <message>
        <source>All downloads together</source>
        <translation>모든 내려받기 합계</translation>
    </message>
    <message>
        <source>Pause all</source>
        <translation>모두 일시정지</translation>
    </message>
    <message>
        <source>Resume all</source>
        <translation>모두 이어 받기</translation>
    </message>
    <message>
        <source>Turn offline mode off</source>
        <translation>오프라인 모드 끄기</translation>
    </message>
    <message>
        <source>Clear finished</source>
        <translation>끝난 것 지우기</translation>
    </message>
    <message>
        <source>Nothing is being downloaded</source>
        <translation>내려받는 것이 없어요</translation>
    </message>
    <message>
        <source>Models that you fetch are shown here on their way.</source>
        <translation>모델을 받으면 여기에서 진행을 볼 수 있어요.</translation>
    </message>
    <message>
        <source>Find models</source>
        <translation>모델 찾기</translation>
    </message>
    <message>
        <source>You can quit ChatApp at any time: what has arrived is kept, and it goes on at the next start.</source>
        <translation>언제든 ChatApp을 끝내도 돼요. 받은 만큼 남아 있고 다음에 시작할 때 이어 받아요.</translation>
    </message>
</context>
<context>
    <name>DownloadView</name>
    <message>
        <source>Move to the top</source>
        <translation>맨 위로</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>위로</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>아래로</translation>
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
    <name>ExamplesButton</name>
    <message>
        <source>Your own sentence</source>
        <translation>직접 쓴 문장</translation>
    </message>
    <message>
        <source>It is looked into as it stands and becomes no part of the chat.</source>
        <translation>그대로 들여다보고, 대화에는 들어가지 않아요.</translation>
    </message>
    <message>
        <source>Examples</source>
        <translation>예문</translation>
    </message>
    <message>
        <source>Your own sentence…</source>
        <translation>직접 쓰기…</translation>
    </message>
    <message>
        <source>Look into a sentence without sending it: the chat stays as it is</source>
        <translation>보내지 않고 문장을 들여다봐요. 대화는 그대로예요</translation>
    </message>
</context>
<context>
    <name>ExplorerTab</name>
    <message>
        <source>Next token</source>
        <translation>다음 토큰</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>다시 시작</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Type or paste a text above to see which token may come next.</source>
        <translation>위에 글을 쓰거나 붙여 넣으면 다음에 올 토큰을 볼 수 있어요.</translation>
    </message>
    <message>
        <source>Load a model to see which token may come next.</source>
        <translation>모델을 불러오면 다음에 올 토큰을 볼 수 있어요.</translation>
    </message>
    <message>
        <source>Write something in the chat, or choose “A text of my own” above.</source>
        <translation>대화에 무언가 쓰거나, 위에서 “직접 쓴 글”을 고르세요.</translation>
    </message>
    <message>
        <source>Another model cut this text into tokens, and the loaded one has others. Load that model, or choose “The end of this chat” above.</source>
        <translation>이 글은 다른 모델의 토큰으로 나뉘어 있고, 불러온 모델의 토큰과는 달라요. 그 모델을 불러오거나 위에서 “이 대화의 끝”을 고르세요.</translation>
    </message>
    <message>
        <source>A reply is being written. The next token is looked at when it is done.</source>
        <translation>답을 쓰는 중이에요. 다 쓰면 다음 토큰을 살펴봐요.</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>Interrupted by a reply.</source>
        <translation>답을 쓰느라 중단됐어요.</translation>
    </message>
    <message>
        <source>In the place of token {number} of the prompt, {token}</source>
        <translation>프롬프트의 {number}번째 토큰 {token} 자리</translation>
    </message>
    <message>
        <source>In the place of token {number} of the reply, {token}</source>
        <translation>답의 {number}번째 토큰 {token} 자리</translation>
    </message>
    <message>
        <source>After the last token of the reply</source>
        <translation>답의 마지막 토큰 뒤</translation>
    </message>
    <message>
        <source>Where the next reply begins</source>
        <translation>다음 답이 시작되는 자리</translation>
    </message>
    <message>
        <source>{token}: rank {rank}, {percent}</source>
        <translation>{token}: {rank}순위, {percent}</translation>
    </message>
    <message>
        <source>The selected token of this chat</source>
        <translation>이 대화에서 고른 토큰</translation>
    </message>
    <message>
        <source>The end of this chat</source>
        <translation>이 대화의 끝</translation>
    </message>
    <message>
        <source>A text of my own</source>
        <translation>직접 쓴 글</translation>
    </message>
    <message>
        <source>What the next token follows</source>
        <translation>다음 토큰이 이어질 글</translation>
    </message>
    <message>
        <source>Any text; the model goes on with it as it stands</source>
        <translation>아무 글이나 쓰세요. 모델이 그대로 이어 가요</translation>
    </message>
    <message>
        <source>Text to go on with</source>
        <translation>이어 갈 글</translation>
    </message>
    <message>
        <source>The chat is elsewhere by now: start from there</source>
        <translation>대화가 그사이 다른 곳으로 갔어요: 거기서 시작하기</translation>
    </message>
    <message>
        <source>Candidates</source>
        <translation>후보</translation>
    </message>
    <message>
        <source>Lookahead</source>
        <translation>미리 보기</translation>
    </message>
    <message>
        <source>Candidates or lookahead</source>
        <translation>후보 또는 미리 보기</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Picture (PNG)…</source>
        <translation>그림 (PNG)…</translation>
    </message>
    <message>
        <source>Drawing (SVG)…</source>
        <translation>벡터 그림 (SVG)…</translation>
    </message>
    <message>
        <source>Table (CSV)…</source>
        <translation>표 (CSV)…</translation>
    </message>
    <message>
        <source>All numbers (JSON)…</source>
        <translation>모든 수치 (JSON)…</translation>
    </message>
    <message>
        <source>Arrays for NumPy (NPZ)…</source>
        <translation>NumPy 배열(NPZ)…</translation>
    </message>
    <message>
        <source>The first {first} of {total} tokens</source>
        <translation>토큰 {total}개 중 처음 {first}개</translation>
    </message>
</context>
<context>
    <name>ExportButton</name>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Export what is shown</source>
        <translation>보이는 것을 내보내기</translation>
    </message>
</context>
<context>
    <name>FindFilters</name>
    <message>
        <source>Most downloads</source>
        <translation>내려받기 많은 순</translation>
    </message>
    <message>
        <source>Most likes</source>
        <translation>좋아요 많은 순</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>최신순</translation>
    </message>
    <message>
        <source>Trending</source>
        <translation>인기 급상승</translation>
    </message>
    <message>
        <source>Any size</source>
        <translation>모든 크기</translation>
    </message>
    <message>
        <source>Fits this computer (up to {count}B)</source>
        <translation>이 컴퓨터에 맞음 ({count}B까지)</translation>
    </message>
    <message>
        <source>Up to {count}B</source>
        <translation>{count}B까지</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>모든 언어</translation>
    </message>
    <message>
        <source>Any licence</source>
        <translation>모든 라이선스</translation>
    </message>
    <message>
        <source>Any use</source>
        <translation>모든 용도</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>정렬</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>용도</translation>
    </message>
</context>
<context>
    <name>FindItemModel</name>
    <message>
        <source>For computers with 2 to 4 GB of memory</source>
        <translation>메모리 2~4 GB 컴퓨터</translation>
    </message>
    <message>
        <source>For 32 GB and more</source>
        <translation>32 GB 이상</translation>
    </message>
    <message>
        <source>For {count} GB of memory</source>
        <translation>메모리 {count} GB</translation>
    </message>
    <message>
        <source>Not for chat</source>
        <translation>대화용이 아님</translation>
    </message>
    <message>
        <source>Access on request</source>
        <translation>승인 필요</translation>
    </message>
    <message>
        <source>{count} downloads</source>
        <translation>내려받기 {count}</translation>
    </message>
    <message>
        <source>{count} likes</source>
        <translation>좋아요 {count}</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>약 {size}</translation>
    </message>
    <message>
        <source>{count} weights</source>
        <translation>파라미터 {count}</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>이 컴퓨터에 있음</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>한국어</translation>
    </message>
</context>
<context>
    <name>FindPage</name>
    <message>
        <source>A few models to begin with, chosen for what they need and can do. Search to find all others.</source>
        <translation>처음 쓰기 좋은 모델 몇 개를 필요한 메모리와 하는 일을 보고 골랐어요. 다른 모델은 검색해서 찾으세요.</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>찾는 중…</translation>
    </message>
    <message>
        <source>Looking for more…</source>
        <translation>더 찾는 중…</translation>
    </message>
    <message>
        <source>The first {count} models; scroll down for more</source>
        <translation>처음 {count}개 모델. 아래로 내리면 더 나와요</translation>
    </message>
    <message>
        <source>1 model</source>
        <translation>모델 1개</translation>
    </message>
    <message>
        <source>{count} models</source>
        <translation>모델 {count}개</translation>
    </message>
    <message>
        <source>Try fewer or other words: a name such as “qwen”, or its maker.</source>
        <translation>낱말을 줄이거나 바꿔 보세요. “qwen” 같은 이름이나 만든 곳으로도 찾을 수 있어요.</translation>
    </message>
    <message>
        <source>Try other words, or look at all models.</source>
        <translation>다른 낱말로 찾거나 모든 모델을 살펴보세요.</translation>
    </message>
    <message>
        <source>Clear the filters</source>
        <translation>필터 지우기</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>찾은 것이 없어요</translation>
    </message>
    <message>
        <source>You are offline. Local models still work.</source>
        <translation>오프라인이에요. 이 컴퓨터의 모델은 그대로 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>The hub asks for a pause</source>
        <translation>허브가 잠시 기다려 달라고 해요</translation>
    </message>
    <message>
        <source>There is no hub at this address</source>
        <translation>이 주소에는 허브가 없어요</translation>
    </message>
    <message>
        <source>The search failed</source>
        <translation>검색하지 못했어요</translation>
    </message>
    <message>
        <source>Offline mode is on</source>
        <translation>오프라인 모드가 켜져 있어요</translation>
    </message>
    <message>
        <source>Turn offline mode off</source>
        <translation>오프라인 모드 끄기</translation>
    </message>
    <message>
        <source>Network settings…</source>
        <translation>네트워크 설정…</translation>
    </message>
    <message>
        <source>Check the address of the hub in the preferences.</source>
        <translation>환경설정에서 허브 주소를 확인하세요.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Find models</source>
        <translation>모델 찾기</translation>
    </message>
    <message>
        <source>Search models, for example “qwen 8b” or “korean”</source>
        <translation>모델 검색 (예: “qwen 8b”, “korean”)</translation>
    </message>
    <message>
        <source>Search models on the hub</source>
        <translation>허브에서 모델 검색</translation>
    </message>
    <message>
        <source>Models that can be downloaded</source>
        <translation>내려받을 수 있는 모델</translation>
    </message>
</context>
<context>
    <name>FolderField</name>
    <message>
        <source>Choose…</source>
        <translation>고르기…</translation>
    </message>
    <message>
        <source>In ChatApp&apos;s own folder</source>
        <translation>ChatApp 폴더 안</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>폴더 고르기</translation>
    </message>
</context>
<context>
    <name>ForkLabel</name>
    <message>
        <source>from “{token}”</source>
        <translation>“{token}”부터</translation>
    </message>
    <message>
        <source>{new} was put behind the last token of the other version</source>
        <translation>다른 버전의 마지막 토큰 뒤에 {new} 토큰을 붙였어요</translation>
    </message>
    <message>
        <source>The same up to token {number}, {new}; what follows was drawn anew</source>
        <translation>{number}번째 토큰 {new}까지 같고, 그 뒤는 새로 뽑았어요</translation>
    </message>
    <message>
        <source>Token {number} was {new} instead of {old}</source>
        <translation>{number}번째 토큰이 {old} 대신 {new}예요</translation>
    </message>
    <message>
        <source>“{token}”</source>
        <translation>“{token}”</translation>
    </message>
</context>
<context>
    <name>HeadsPage</name>
    <message>
        <source>Over the last {count} tokens; strongest: {number}.</source>
        <translation>마지막 토큰 {count}개에서. 가장 센 값: {number}.</translation>
    </message>
    <message>
        <source>Left in a picture is the beginning of the conversation, right the token. Click to look at one head only, with Ctrl or Shift at several.</source>
        <translation>그림의 왼쪽은 대화의 처음, 오른쪽은 이 토큰이에요. 누르면 헤드 하나만, Ctrl이나 Shift와 함께 누르면 여러 개를 봐요.</translation>
    </message>
    <message>
        <source>keys and values {group} of {groups}</source>
        <translation>키와 값 {group}/{groups}</translation>
    </message>
    <message>
        <source>sees from token {token} on</source>
        <translation>토큰 {token}부터 보여요</translation>
    </message>
    <message>
        <source>most at “{token}”: {weight}</source>
        <translation>가장 많이 본 곳 “{token}”: {weight}</translation>
    </message>
    <message>
        <source>Colour heads by</source>
        <translation>헤드 색 기준</translation>
    </message>
    <message>
        <source>Colour by</source>
        <translation>색 기준</translation>
    </message>
    <message>
        <source>Sort</source>
        <translation>정렬</translation>
    </message>
    <message>
        <source>no attention: this layer remembers what it has read in another way</source>
        <translation>어텐션 없음: 이 층은 읽은 것을 다른 방법으로 기억해요</translation>
    </message>
    <message>
        <source>Heads of every layer</source>
        <translation>모든 층의 헤드</translation>
    </message>
</context>
<context>
    <name>HeatControl</name>
    <message>
        <source>Cancel scoring ({percent} %)</source>
        <translation>점수 매기기 취소({percent} %)</translation>
    </message>
    <message>
        <source>Score this message</source>
        <translation>이 메시지 점수 매기기</translation>
    </message>
    <message>
        <source>This needs a model: load one first</source>
        <translation>모델이 있어야 해요. 먼저 모델을 불러오세요</translation>
    </message>
    <message>
        <source>How likely were these words? The model reads the conversation up to here once more</source>
        <translation>이 낱말들은 얼마나 나올 법했을까요? 모델이 대화를 여기까지 한 번 더 읽어요</translation>
    </message>
</context>
<context>
    <name>Hint</name>
    <message>
        <source>Before every token the model gives each token it knows a share of 100 %; the strong colour means it gave this one little.</source>
        <translation>토큰을 하나 고르기 전에 모델은 아는 모든 토큰에 100 %를 나누어 줘요. 색이 진하면 이 토큰에는 조금만 준 거예요.</translation>
    </message>
    <message>
        <source>Surprisal is −log₂ of the probability: 0 bits for what was certain, 1 bit for every halving. It adds up, so texts can be compared.</source>
        <translation>놀람도는 확률의 −log₂예요. 확실하면 0비트이고, 확률이 반이 될 때마다 1비트씩 늘어요. 더할 수 있어서 글끼리 견줄 수 있어요.</translation>
    </message>
    <message>
        <source>Entropy says how open the choice was before the token came, whichever it was: 0 bits when the model was sure, 1 bit for every doubling of the choices.</source>
        <translation>엔트로피는 어떤 토큰이 나왔든, 나오기 전에 선택이 얼마나 열려 있었는지 말해 줘요. 모델이 확신하면 0비트, 선택지가 두 배가 될 때마다 1비트예요.</translation>
    </message>
    <message>
        <source>Rank is the token&apos;s place among all tokens the model knows: 1 was its first choice. A high rank can still be likely when the choice was wide.</source>
        <translation>순위는 모델이 아는 모든 토큰 가운데 이 토큰의 자리예요. 1이면 첫 번째 선택이에요. 선택지가 넓었다면 순위가 낮아도 그럴듯할 수 있어요.</translation>
    </message>
    <message>
        <source>Choose a token to see its own share.</source>
        <translation>토큰을 고르면 그 몫을 볼 수 있어요.</translation>
    </message>
    <message>
        <source>50 % are 1 bit, 25 % are 2, 0.1 % are about 10.</source>
        <translation>50 %는 1비트, 25 %는 2비트, 0.1 %는 약 10비트예요.</translation>
    </message>
    <message>
        <source>3 bits are as open as a choice among 8 equal ones.</source>
        <translation>3비트는 똑같은 8개 가운데 고르는 것과 같아요.</translation>
    </message>
    <message>
        <source>Choose a token to see its own place.</source>
        <translation>토큰을 고르면 그 순위를 볼 수 있어요.</translation>
    </message>
    <message>
        <source>“{token}” had {percent}: in a hundred tries about {tries} begin like this.</source>
        <translation>“{token}” 토큰은 {percent}였어요. 백 번 해 보면 {tries}번쯤 이렇게 이어져요.</translation>
    </message>
    <message>
        <source>“{token}” had {percent}, that is {surprisal} bits.</source>
        <translation>“{token}” 토큰은 {percent}, 곧 {surprisal}비트였어요.</translation>
    </message>
    <message>
        <source>Before “{token}” it was {entropy} bits, as open as {choices} equal choices.</source>
        <translation>“{token}” 앞에서는 {entropy}비트로, 똑같은 선택지 {choices}개만큼 열려 있었어요.</translation>
    </message>
    <message>
        <source>“{token}” was number {rank}, with {percent}.</source>
        <translation>“{token}” 토큰은 {percent}로 {rank}번째였어요.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Hide this explanation</source>
        <translation>이 설명 숨기기</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>확률</translation>
    </message>
    <message>
        <source>Surprisal (bits)</source>
        <translation>놀람도(비트)</translation>
    </message>
    <message>
        <source>Entropy (bits)</source>
        <translation>엔트로피(비트)</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Add models</source>
        <translation>모델 추가</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>외 {count}개</translation>
    </message>
    <message>
        <source>Use in place</source>
        <translation>그 자리에서 쓰기</translation>
    </message>
    <message>
        <source>They stay where they are. Nothing is copied.</source>
        <translation>지금 있는 곳에 그대로 있어요. 아무것도 복사하지 않아요.</translation>
    </message>
    <message>
        <source>Copy into the models folder</source>
        <translation>모델 폴더로 복사</translation>
    </message>
    <message>
        <source>Takes the same room once more.</source>
        <translation>같은 크기의 공간이 더 필요해요.</translation>
    </message>
    <message>
        <source>Move into the models folder</source>
        <translation>모델 폴더로 옮기기</translation>
    </message>
    <message>
        <source>They are gone from where they are now.</source>
        <translation>지금 있는 곳에서는 없어져요.</translation>
    </message>
    <message>
        <source>The models folder is {folder}</source>
        <translation>모델 폴더: {folder}</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
</context>
<context>
    <name>InspectorPanel</name>
    <message>
        <source>Inspector</source>
        <translation>검사기</translation>
    </message>
</context>
<context>
    <name>JobStrip</name>
    <message>
        <source>Checking “{name}”</source>
        <translation>“{name}” 확인 중</translation>
    </message>
    <message>
        <source>Copying “{name}”</source>
        <translation>“{name}” 복사 중</translation>
    </message>
    <message>
        <source>Moving “{name}”</source>
        <translation>“{name}” 옮기는 중</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{total} 중 {done}</translation>
    </message>
    <message>
        <source>waiting: {count}</source>
        <translation>대기: {count}개</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
</context>
<context>
    <name>KlChart</name>
    <message>
        <source>token {number}</source>
        <translation>토큰 {number}</translation>
    </message>
</context>
<context>
    <name>KlLegend</name>
    <message>
        <source>{bits}+ bits</source>
        <translation>{bits}비트+</translation>
    </message>
</context>
<context>
    <name>LayersTab</name>
    <message>
        <source>Layers</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Look through the layers</source>
        <translation>층별로 보기</translation>
    </message>
    <message>
        <source>The model goes through its layers…</source>
        <translation>모델이 층을 하나씩 지나가요…</translation>
    </message>
    <message>
        <source>When a reply is there, this shows how its tokens took shape.</source>
        <translation>답이 있으면 그 토큰들이 어떻게 만들어졌는지 보여 줘요.</translation>
    </message>
    <message>
        <source>When did the model settle on “{token}”? Each layer can be asked what it would say already.</source>
        <translation>모델은 언제 “{token}” 토큰으로 정했을까요? 층마다 벌써 무엇을 말하려는지 물어볼 수 있어요.</translation>
    </message>
    <message>
        <source>“{token}” was not the likeliest token: after the last layer it is number {rank}, with {percent}.</source>
        <translation>“{token}” 토큰은 가장 그럴듯한 토큰이 아니었어요. 마지막 층 뒤에 {percent}로 {rank}번째예요.</translation>
    </message>
    <message>
        <source>“{token}” is the likeliest token from layer {layer} of {count} on; in the end it has {percent}.</source>
        <translation>“{token}” 토큰은 {count}개 층 가운데 {layer}번째 층부터 가장 그럴듯하고, 마지막에는 {percent}예요.</translation>
    </message>
    <message>
        <source>The state after each layer went through the model&apos;s own last norm and output matrix, which were made for the last layer: early layers speak a language of their own and may seem to know less than they do.</source>
        <translation>각 층 뒤의 상태를 모델의 마지막 정규화와 출력 행렬에 통과시킨 결과예요. 이것들은 마지막 층에 맞춰져 있어서, 앞쪽 층은 자기만의 말을 하고 실제보다 덜 아는 것처럼 보일 수 있어요.</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>Legend: {values}</source>
        <translation>범례: {values}</translation>
    </message>
    <message>
        <source>{bits}+ bits</source>
        <translation>{bits}비트+</translation>
    </message>
</context>
<context>
    <name>LensItemModel</name>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>This token</source>
        <translation>이 토큰</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>엔트로피</translation>
    </message>
    <message>
        <source>Likeliest</source>
        <translation>최고 확률</translation>
    </message>
    <message>
        <source>How open the choice would be after this layer, in bits</source>
        <translation>이 층 뒤에서 선택이 얼마나 열려 있을지(비트)</translation>
    </message>
    <message>
        <source>How likely the token that was written would be after this layer</source>
        <translation>쓴 토큰이 이 층 뒤에서 얼마나 그럴듯할지</translation>
    </message>
</context>
<context>
    <name>LensTable</name>
    <message>
        <source>What each layer would say</source>
        <translation>층마다 하려는 말</translation>
    </message>
</context>
<context>
    <name>LibraryActions</name>
    <message>
        <source>Use in chat</source>
        <translation>대화에 쓰기</translation>
    </message>
    <message>
        <source>Details…</source>
        <translation>자세히…</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Remove from the favourites</source>
        <translation>즐겨찾기에서 빼기</translation>
    </message>
    <message>
        <source>Add to the favourites</source>
        <translation>즐겨찾기에 넣기</translation>
    </message>
    <message>
        <source>Check the files</source>
        <translation>파일 확인</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>파일 관리자에서 보기</translation>
    </message>
    <message>
        <source>Copy the path</source>
        <translation>경로 복사</translation>
    </message>
    <message>
        <source>Take off the list</source>
        <translation>목록에서 빼기</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>지우기…</translation>
    </message>
    <message>
        <source>Its files go to the trash: {size}.</source>
        <translation>파일을 휴지통으로 옮겨요: {size}.</translation>
    </message>
    <message>
        <source>This file belongs to {program}, which will not find the model any more.</source>
        <translation>{program}의 파일이라서, 지우면 거기에서도 이 모델을 찾을 수 없어요.</translation>
    </message>
    <message>
        <source>You are chatting with it; it will be unloaded.</source>
        <translation>지금 대화 중인 모델이라 메모리에서 내려요.</translation>
    </message>
    <message>
        <source>Delete “{name}”?</source>
        <translation>“{name}”을(를) 지울까요?</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>휴지통으로 옮기기</translation>
    </message>
    <message>
        <source>“{name}” cannot be moved to the trash. Delete it for good?</source>
        <translation>“{name}”을(를) 휴지통으로 옮길 수 없어요. 완전히 지울까요?</translation>
    </message>
    <message>
        <source>There is no trash for the disk it lies on. This cannot be undone.

{path}</source>
        <translation>이 디스크에는 휴지통이 없어요. 되돌릴 수 없어요.

{path}</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>완전히 지우기</translation>
    </message>
    <message>
        <source>{program} has to delete this model</source>
        <translation>이 모델은 {program}에서 지워야 해요</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>명령 복사</translation>
    </message>
</context>
<context>
    <name>LibraryDetails</name>
    <message>
        <source>Remove from the favourites</source>
        <translation>즐겨찾기에서 빼기</translation>
    </message>
    <message>
        <source>Add to the favourites</source>
        <translation>즐겨찾기에 넣기</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>쓰는 중</translation>
    </message>
    <message>
        <source>Use in chat</source>
        <translation>대화에 쓰기</translation>
    </message>
    <message>
        <source>About the model</source>
        <translation>모델 정보</translation>
    </message>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>Tags, with commas between them</source>
        <translation>태그 (쉼표로 구분)</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>태그</translation>
    </message>
</context>
<context>
    <name>LibraryFolders</name>
    <message>
        <source>ChatApp&apos;s own folder</source>
        <translation>ChatApp 폴더</translation>
    </message>
    <message>
        <source>Take this folder off the list; its files stay</source>
        <translation>이 폴더를 목록에서 빼기 (파일은 남아요)</translation>
    </message>
    <message>
        <source>Switched off</source>
        <translation>꺼짐</translation>
    </message>
    <message>
        <source>Not looked at yet</source>
        <translation>아직 살펴보지 않음</translation>
    </message>
    <message>
        <source>No models</source>
        <translation>모델 없음</translation>
    </message>
    <message>
        <source>Models: {count}, {size}</source>
        <translation>모델 {count}개, {size}</translation>
    </message>
    <message>
        <source>Add a folder with models</source>
        <translation>모델이 있는 폴더 추가</translation>
    </message>
    <message>
        <source>Folders with models</source>
        <translation>모델 폴더</translation>
    </message>
    <message>
        <source>Models are used where they lie. Nothing is copied or changed, also not in other programs&apos; folders.</source>
        <translation>모델은 있는 자리에서 써요. 다른 프로그램의 폴더에서도 아무것도 복사하거나 바꾸지 않아요.</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더 추가…</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>다시 살펴보기</translation>
    </message>
</context>
<context>
    <name>LibraryItemModel</name>
    <message>
        <source>Not the original</source>
        <translation>원본과 다름</translation>
    </message>
    <message>
        <source>Cannot be used</source>
        <translation>쓸 수 없음</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>쓰는 중</translation>
    </message>
    <message>
        <source>Cannot be loaded</source>
        <translation>불러올 수 없음</translation>
    </message>
    <message>
        <source>favourite</source>
        <translation>즐겨찾기</translation>
    </message>
</context>
<context>
    <name>LibraryPage</name>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Name shown in ChatApp. The file keeps its own; leave it empty to use that.</source>
        <translation>ChatApp에서 보이는 이름이에요. 파일 이름은 그대로예요. 비워 두면 파일 이름을 써요.</translation>
    </message>
    <message>
        <source>Models: {count}, {size}</source>
        <translation>모델 {count}개, {size}</translation>
    </message>
    <message>
        <source>Looking through the folders…</source>
        <translation>폴더를 살펴보는 중…</translation>
    </message>
    <message>
        <source>folders that cannot be looked through: {count}</source>
        <translation>살펴볼 수 없는 폴더: {count}개</translation>
    </message>
    <message>
        <source>Copies of the same model take {size}</source>
        <translation>같은 모델의 사본이 {size}를 차지해요</translation>
    </message>
    <message>
        <source>No model matches</source>
        <translation>맞는 모델이 없어요</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>모두 보기</translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation>아직 모델이 없어요</translation>
    </message>
    <message>
        <source>Find one to download, drop a GGUF file here, or add a folder in which you keep models.</source>
        <translation>내려받을 모델을 찾거나, GGUF 파일을 여기에 끌어 놓거나, 모델을 모아 둔 폴더를 추가하세요.</translation>
    </message>
    <message>
        <source>Find models</source>
        <translation>모델 찾기</translation>
    </message>
    <message>
        <source>Folders…</source>
        <translation>폴더…</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>모든 모델</translation>
    </message>
    <message>
        <source>Favourites</source>
        <translation>즐겨찾기</translation>
    </message>
    <message>
        <source>Copies</source>
        <translation>사본</translation>
    </message>
    <message>
        <source>Cannot be used</source>
        <translation>쓸 수 없음</translation>
    </message>
    <message>
        <source>Search your models</source>
        <translation>내 모델 검색</translation>
    </message>
    <message>
        <source>Which models to show</source>
        <translation>보일 모델</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>정렬</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>이 컴퓨터의 모델</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>마지막 사용</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>최신순</translation>
    </message>
</context>
<context>
    <name>LinesPage</name>
    <message>
        <source>Looking…</source>
        <translation>살펴보는 중…</translation>
    </message>
    <message>
        <source>Lines make up {percent} of what each token looks at here, the first token (sink) left out.</source>
        <translation>선은 각 토큰이 여기서 보는 것의 {percent}이에요. 첫 토큰(싱크)은 뺐어요.</translation>
    </message>
    <message>
        <source>Lines make up {percent} of what each token looks at here.</source>
        <translation>선은 각 토큰이 여기서 보는 것의 {percent}이에요.</translation>
    </message>
    <message>
        <source>Too long for all of it: these are the last {length} of {total} tokens; what is before is summed up.</source>
        <translation>다 그리기에는 너무 길어요. 토큰 {total}개 중 마지막 {length}개이고, 그 앞은 합쳤어요.</translation>
    </message>
    <message>
        <source>{count} before</source>
        <translation>앞의 {count}개</translation>
    </message>
    <message>
        <source>The chosen heads together</source>
        <translation>고른 헤드를 합쳐서</translation>
    </message>
    <message>
        <source>All heads together; choose some under Heads</source>
        <translation>모든 헤드를 합쳐서. 헤드에서 몇 개를 고를 수 있어요</translation>
    </message>
    <message>
        <source>Left looks at right. Point at a token, or use the arrow keys, for its lines alone.</source>
        <translation>왼쪽이 오른쪽을 봐요. 토큰을 가리키거나 화살표 키를 쓰면 그 토큰의 선만 보여요.</translation>
    </message>
    <message>
        <source>“{token}” looks at {list}</source>
        <translation>“{token}”이(가) 보는 것: {list}</translation>
    </message>
    <message>
        <source>“{token}” is looked at by {list}</source>
        <translation>“{token}”을(를) 보는 것: {list}</translation>
    </message>
    <message>
        <source>last {count} tokens</source>
        <translation>마지막 토큰 {count}개</translation>
    </message>
    <message>
        <source>Tokens that are shown</source>
        <translation>보이는 토큰</translation>
    </message>
    <message>
        <source>Lines from the tokens that look to those they look at</source>
        <translation>보는 토큰에서 보이는 토큰으로 가는 선</translation>
    </message>
</context>
<context>
    <name>LookaheadPage</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Look ahead</source>
        <translation>미리 보기</translation>
    </message>
    <message>
        <source>Interrupted by a reply; look ahead again to see the rest.</source>
        <translation>답을 쓰느라 중단됐어요. 나머지는 다시 미리 보기 하세요.</translation>
    </message>
    <message>
        <source>Looking ahead…</source>
        <translation>미리 보는 중…</translation>
    </message>
    <message>
        <source>The likeliest continuations as a tree; the likeliest is followed first.</source>
        <translation>가장 그럴듯한 이어짐을 나무로 보여 줘요. 그럴듯한 길부터 따라가요.</translation>
    </message>
    <message>
        <source>{count} tokens, with the probability of the way to each. Click one to add that way to the text.</source>
        <translation>토큰 {count}개와 거기까지 가는 길의 확률이에요. 누르면 그 길이 글에 더해져요.</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>너비</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>깊이</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Candidates after each token</source>
        <translation>토큰마다 볼 후보 수</translation>
    </message>
    <message>
        <source>Tokens of the longest continuation</source>
        <translation>가장 긴 이어짐의 토큰 수</translation>
    </message>
    <message>
        <source>Tokens in the whole tree; the likeliest way is followed first</source>
        <translation>나무 전체의 토큰 수. 그럴듯한 길부터 따라가요</translation>
    </message>
</context>
<context>
    <name>LookaheadTreeView</name>
    <message>
        <source>{tokens}
this token {percent}, {bits} bits; all of them {whole}</source>
        <translation>{tokens}
이 토큰 {percent}, {bits}비트 · 모두 합쳐 {whole}</translation>
    </message>
    <message>
        <source>Tree of the likeliest continuations</source>
        <translation>가장 그럴듯한 이어짐의 나무</translation>
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
    <name>MatrixPage</name>
    <message>
        <source>Looking…</source>
        <translation>살펴보는 중…</translation>
    </message>
    <message>
        <source>Rows look at columns. Strongest colour: {weight}, without the first column (sink).</source>
        <translation>행이 열을 봐요. 가장 진한 색: {weight}, 첫 열(싱크)은 빼고.</translation>
    </message>
    <message>
        <source>Left of the line is what this layer&apos;s window hides.</source>
        <translation>선 왼쪽은 이 층의 창이 가리는 부분이에요.</translation>
    </message>
    <message>
        <source>Ctrl and the wheel, or + and −, zoom. A click selects the token of the row.</source>
        <translation>Ctrl+휠이나 +, −로 확대하고 축소해요. 누르면 그 행의 토큰을 골라요.</translation>
    </message>
    <message>
        <source>“{query}” (token {number}) looks at “{key}” (token {other}): {weight}</source>
        <translation>“{query}”(토큰 {number})이 “{key}”(토큰 {other})을 봄: {weight}</translation>
    </message>
    <message>
        <source>last {count} tokens</source>
        <translation>마지막 토큰 {count}개</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Tokens that look</source>
        <translation>보는 토큰</translation>
    </message>
    <message>
        <source>Where the head looks</source>
        <translation>헤드가 보는 곳</translation>
    </message>
</context>
<context>
    <name>MeaningsPage</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>The model reads the sentences…</source>
        <translation>모델이 문장들을 읽는 중…</translation>
    </message>
    <message>
        <source>“{word}” is not in: {sentence}</source>
        <translation>“{word}”이(가) 없는 문장: {sentence}</translation>
    </message>
    <message>
        <source>Write a word above, and below it two to six sentences that have it, each on its own line.</source>
        <translation>위에 낱말을 쓰고, 아래에 그 낱말이 든 문장을 두 개에서 여섯 개까지 한 줄에 하나씩 쓰세요.</translation>
    </message>
    <message>
        <source>The words before “{word}” are the same in all of them: so is its state.</source>
        <translation>“{word}” 앞의 낱말이 모두 같아서 상태도 같아요.</translation>
    </message>
    <message>
        <source>“{word}” begins as the same row of numbers in both sentences (similarity 1). On its way through the layers it takes up what stands before it: after the last layer its similarity is {value}.</source>
        <translation>“{word}”은(는) 두 문장에서 똑같은 숫자 한 줄로 시작해요(유사도 1). 층을 지나면서 앞에 있는 것을 받아들여, 마지막 층 뒤의 유사도는 {value}이에요.</translation>
    </message>
    <message>
        <source>“{word}” begins as the same row of numbers in all sentences (similarity 1). On its way through the layers it takes up what stands before it: after the last layer the one in A is most like that in {nearest} ({near}) and least like that in {farthest} ({far}).</source>
        <translation>“{word}”은(는) 모든 문장에서 똑같은 숫자 한 줄로 시작해요(유사도 1). 층을 지나면서 앞에 있는 것을 받아들여, 마지막 층 뒤에 A의 낱말은 {nearest}의 것과 가장 비슷하고({near}) {farthest}의 것과 가장 달라요({far}).</translation>
    </message>
    <message>
        <source>Where “{word}” looked in sentence {letter}</source>
        <translation>문장 {letter}에서 “{word}”이(가) 본 곳</translation>
    </message>
    <message>
        <source>Next could be: {tokens}</source>
        <translation>다음에 올 만한 것: {tokens}</translation>
    </message>
    <message>
        <source>Same word, two meanings</source>
        <translation>같은 낱말, 두 가지 뜻</translation>
    </message>
    <message>
        <source>Back to the steps</source>
        <translation>단계로 돌아가기</translation>
    </message>
    <message>
        <source>Word</source>
        <translation>낱말</translation>
    </message>
    <message>
        <source>Sentences, one on each line</source>
        <translation>문장, 한 줄에 하나씩</translation>
    </message>
    <message>
        <source>Similarity of the word in sentence A with the others, by layer</source>
        <translation>문장 A의 낱말과 다른 문장의 낱말이 층마다 얼마나 비슷한지</translation>
    </message>
    <message>
        <source>Lines: cosine of the word’s state in A with that in each other sentence, after every layer. Strips: where the word looked, the mean of all layers and heads; the first token, where heads rest, is left out (grey). The model reads from left to right: a word knows only what stands before it. What stands behind can look back at it: choose a later token in the Attention tab. The numbers show that the states differ and which are alike, not that the model understands as we do; a small model may tell meanings apart badly.</source>
        <translation>선: A의 낱말 상태와 다른 문장의 낱말 상태의 코사인 유사도를 층마다 그렸어요. 띠: 낱말이 본 곳을 모든 층과 헤드에서 평균한 것이에요. 헤드가 쉬어 가는 첫 토큰은 뺐어요(회색). 모델은 왼쪽에서 오른쪽으로 읽어서, 낱말은 앞에 있는 것만 알아요. 뒤에 있는 토큰은 이 낱말을 돌아볼 수 있어요. 어텐션 탭에서 더 뒤의 토큰을 골라 보세요. 숫자는 상태가 서로 다르다는 것과 어느 것끼리 비슷한지를 보여 줄 뿐, 모델이 우리처럼 이해한다는 뜻은 아니에요. 작은 모델은 뜻을 잘 구별하지 못할 수 있어요.</translation>
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
    <name>MessageHead</name>
    <message>
        <source>You</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>답</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>Look at the message before</source>
        <translation>앞 메시지 보기</translation>
    </message>
    <message>
        <source>Look at the message after</source>
        <translation>뒤 메시지 보기</translation>
    </message>
    <message>
        <source>Compare with another model…</source>
        <translation>다른 모델과 비교…</translation>
    </message>
    <message>
        <source>Back to the chat</source>
        <translation>대화로 돌아가기</translation>
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
    <message>
        <source>Inspect this token</source>
        <translation>이 토큰 들여다보기</translation>
    </message>
    <message>
        <source>Inspect this message</source>
        <translation>이 메시지 들여다보기</translation>
    </message>
</context>
<context>
    <name>ModelCompare</name>
    <message>
        <source>Both models expect nearly the same: {kl} bits apart a token, on average.</source>
        <translation>두 모델의 예상이 거의 같아요. 토큰마다 평균 {kl}비트 차이예요.</translation>
    </message>
    <message>
        <source>The models differ a little: {kl} bits apart a token, on average.</source>
        <translation>두 모델이 조금 달라요. 토큰마다 평균 {kl}비트 차이예요.</translation>
    </message>
    <message>
        <source>The models differ clearly: {kl} bits apart a token, on average.</source>
        <translation>두 모델이 뚜렷이 달라요. 토큰마다 평균 {kl}비트 차이예요.</translation>
    </message>
    <message>
        <source>These models cut text into different tokens: the whole text can be compared, but not token by token.</source>
        <translation>두 모델은 글을 서로 다른 토큰으로 잘라요. 글 전체는 비교할 수 있지만 토큰마다 비교할 수는 없어요.</translation>
    </message>
    <message>
        <source>There is no token here that could be compared.</source>
        <translation>여기에는 비교할 토큰이 없어요.</translation>
    </message>
    <message>
        <source>Both models expect exactly the same at every token.</source>
        <translation>두 모델의 예상이 모든 토큰에서 똑같아요.</translation>
    </message>
    <message>
        <source>They are farthest apart at “{token}”: {kl} bits.</source>
        <translation>가장 다른 곳은 “{token}”: {kl}비트.</translation>
    </message>
    <message>
        <source>Bits per character: A {one}, B {two} (fewer is better)</source>
        <translation>글자당 비트: A {one}, B {two}(적을수록 좋음)</translation>
    </message>
    <message>
        <source>Perplexity: A {one}, B {two} (lower: less surprised by the text)</source>
        <translation>퍼플렉서티: A {one}, B {two}(낮을수록 글이 덜 뜻밖)</translation>
    </message>
    <message>
        <source>the same likeliest token at {share} of {count} tokens</source>
        <translation>토큰 {count}개 중 {share}에서 가장 나올 법한 토큰이 같음</translation>
    </message>
    <message>
        <source>This token was not compared: it is not part of the text itself.</source>
        <translation>이 토큰은 글 자체의 일부가 아니어서 비교하지 않았어요.</translation>
    </message>
    <message>
        <source>“{token}”: A {one}, B {two}; {kl} bits apart</source>
        <translation>“{token}”: A {one}, B {two}, {kl}비트 차이</translation>
    </message>
    <message>
        <source>Attention when it was foretold: on average a head has {mean} of it elsewhere in B; most {head}, {most}</source>
        <translation>이 토큰을 예상할 때의 어텐션: B에서는 헤드마다 평균 {mean}이(가) 다른 곳에 있어요. 가장 많이 다른 헤드: {head}, {most}</translation>
    </message>
    <message>
        <source>{head}: {moved} elsewhere, largest difference of a weight {largest}</source>
        <translation>{head}: {moved}이(가) 다른 곳에 있음, 가중치의 가장 큰 차이 {largest}</translation>
    </message>
</context>
<context>
    <name>ModelCompareDialog</name>
    <message>
        <source>Compare with a model file</source>
        <translation>모델 파일과 비교</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf);;All files (*)</source>
        <translation>GGUF 모델(*.gguf);;모든 파일(*)</translation>
    </message>
    <message>
        <source>A: {model}</source>
        <translation>A: {model}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>The chat’s model reads the text…</source>
        <translation>대화의 모델이 글을 읽는 중…</translation>
    </message>
    <message>
        <source>Loading {model}…</source>
        <translation>{model} 불러오는 중…</translation>
    </message>
    <message>
        <source>Comparing token by token…</source>
        <translation>토큰마다 비교하는 중…</translation>
    </message>
    <message>
        <source>Choose a message, or an example, in the inspector first.</source>
        <translation>먼저 검사기에서 메시지나 예문을 고르세요.</translation>
    </message>
    <message>
        <source>The same text is read by both models. The other one runs beside the chat’s and is closed with this window.</source>
        <translation>두 모델이 같은 글을 읽어요. 다른 모델은 대화의 모델 옆에서 실행되고 이 창과 함께 닫혀요.</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Change (points)</source>
        <translation>변화(%p)</translation>
    </message>
    <message>
        <source>B:</source>
        <translation>B:</translation>
    </message>
    <message>
        <source>A is the chat’s model, B the other one. The divergence D(A‖B) is 0 bits where both expect the same next token, and the larger, the more of what A expects comes as a surprise to B. It is worked out over the whole vocabulary. A head’s colour is the share of its attention that lies elsewhere in B.</source>
        <translation>A는 대화의 모델, B는 다른 모델이에요. 발산 D(A‖B)는 둘이 같은 다음 토큰을 예상하면 0비트이고, A가 예상한 것이 B에게 뜻밖일수록 커요. 어휘 전체로 계산해요. 헤드의 색은 B에서 다른 곳에 있는 어텐션의 몫이에요.</translation>
    </message>
    <message>
        <source>Attention can only be compared between models that cut text into the same tokens.</source>
        <translation>글을 같은 토큰으로 자르는 모델끼리만 어텐션을 비교할 수 있어요.</translation>
    </message>
    <message>
        <source>Nothing stands before the first token.</source>
        <translation>첫 토큰 앞에는 아무것도 없어요.</translation>
    </message>
    <message>
        <source>Reading the attention of both…</source>
        <translation>두 모델의 어텐션을 읽는 중…</translation>
    </message>
    <message>
        <source>The models have other layers or heads: head by head they cannot be compared.</source>
        <translation>두 모델의 층이나 헤드 수가 달라서 헤드끼리 비교할 수 없어요.</translation>
    </message>
    <message>
        <source>Compare with another model</source>
        <translation>다른 모델과 비교</translation>
    </message>
    <message>
        <source>Other file…</source>
        <translation>다른 파일…</translation>
    </message>
    <message>
        <source>The other model</source>
        <translation>다른 모델</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
    <message>
        <source>Tokens of the text, coloured by how far the models are apart</source>
        <translation>두 모델이 얼마나 다른지 색으로 나타낸 글의 토큰</translation>
    </message>
    <message>
        <source>How far the heads of both models are apart</source>
        <translation>두 모델의 헤드가 얼마나 다른지</translation>
    </message>
    <message>
        <source>no attention in this layer</source>
        <translation>이 층에는 어텐션이 없어요</translation>
    </message>
    <message>
        <source>The likeliest tokens of both models</source>
        <translation>두 모델에서 가장 나올 법한 토큰</translation>
    </message>
</context>
<context>
    <name>ModelDrop</name>
    <message>
        <source>Drop to open this model</source>
        <translation>놓으면 이 모델을 열어요</translation>
    </message>
    <message>
        <source>Drop to add these models</source>
        <translation>놓으면 모델을 추가해요</translation>
    </message>
    <message>
        <source>Not a model file</source>
        <translation>모델 파일이 아니에요</translation>
    </message>
</context>
<context>
    <name>ModelHubWindow</name>
    <message>
        <source>Find</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>내려받기</translation>
    </message>
    <message>
        <source>My models</source>
        <translation>내 모델</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
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
        <source>All models ({count})…</source>
        <translation>모든 모델 ({count})…</translation>
    </message>
    <message>
        <source>Find more models…</source>
        <translation>모델 더 찾기…</translation>
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
    <name>NumberStrip</name>
    <message>
        <source>number {index} of {count}</source>
        <translation>{count}개 중 {index}번째 수</translation>
    </message>
    <message>
        <source>recomputed: {value}</source>
        <translation>다시 계산: {value}</translation>
    </message>
</context>
<context>
    <name>Obstacles</name>
    <message>
        <source>Nothing stands before the first token. Choose a later one.</source>
        <translation>첫 토큰 앞에는 아무것도 없어요. 더 뒤의 토큰을 고르세요.</translation>
    </message>
    <message>
        <source>Choose a token first.</source>
        <translation>먼저 토큰을 고르세요.</translation>
    </message>
    <message>
        <source>The model can be asked about the tokens of replies only.</source>
        <translation>답의 토큰만 모델에게 물어볼 수 있어요.</translation>
    </message>
    <message>
        <source>The model can be asked when the reply is written.</source>
        <translation>답을 다 쓰면 모델에게 물어볼 수 있어요.</translation>
    </message>
    <message>
        <source>Load a model to compute more.</source>
        <translation>더 계산하려면 모델을 불러오세요.</translation>
    </message>
    <message>
        <source>Load the model that wrote the reply to compute more; the loaded one is another.</source>
        <translation>더 계산하려면 이 답을 쓴 모델을 불러오세요. 지금 모델은 다른 모델이에요.</translation>
    </message>
    <message>
        <source>The model reads up to this token again…</source>
        <translation>모델이 이 토큰까지 다시 읽는 중…</translation>
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
    <name>PlainEdit</name>
    <message>
        <source>The pasted text was cut: only {count} characters fit here</source>
        <translation>붙여 넣은 글을 잘랐어요. 여기에는 {count}자까지만 들어가요</translation>
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
    <name>RepositoryFiles</name>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
    </message>
    <message>
        <source>Best that fits</source>
        <translation>맞는 것 중 최선</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>추천</translation>
    </message>
    <message>
        <source>The best quality that the graphics card holds as a whole.</source>
        <translation>그래픽 카드에 통째로 들어가는 것 중 품질이 가장 좋아요.</translation>
    </message>
    <message>
        <source>The best quality that leaves memory for other programs.</source>
        <translation>다른 프로그램이 쓸 메모리를 남기면서 품질이 가장 좋아요.</translation>
    </message>
    <message>
        <source>The best quality that fits.</source>
        <translation>들어가는 것 중 품질이 가장 좋아요.</translation>
    </message>
    <message>
        <source>Good quality that still fits; what is better would fill the memory.</source>
        <translation>들어가면서 품질이 좋아요. 더 좋은 것은 메모리를 가득 채워요.</translation>
    </message>
    <message>
        <source>None of these fits this computer comfortably. A model with fewer weights would.</source>
        <translation>이 컴퓨터에 넉넉히 맞는 것이 없어요. 가중치가 더 적은 모델을 고르세요.</translation>
    </message>
    <message>
        <source>No better quality than {name} fits. A model with fewer weights in better quality would answer better.</source>
        <translation>{name}보다 좋은 품질은 들어가지 않아요. 가중치가 적고 품질이 좋은 모델이 더 잘 답해요.</translation>
    </message>
    <message>
        <source>Recommended here: {name}. {reason}</source>
        <translation>이 컴퓨터에는 {name} 추천. {reason}</translation>
    </message>
    <message>
        <source>With an extra file (mmproj, {size}) this model can also look at pictures. This version of ChatApp works with text only, so that file is left out.</source>
        <translation>추가 파일(mmproj, {size})이 있으면 이 모델은 그림도 볼 수 있어요. 이 버전의 ChatApp은 글만 다루므로 그 파일은 받지 않아요.</translation>
    </message>
    <message>
        <source>There are no model files here that ChatApp can use.</source>
        <translation>ChatApp에서 쓸 수 있는 모델 파일이 없어요.</translation>
    </message>
    <message>
        <source>For a context of</source>
        <translation>문맥 길이</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>문맥 길이</translation>
    </message>
    <message>
        <source>How much text the model can look back on. More takes more memory.</source>
        <translation>모델이 돌아볼 수 있는 글의 길이예요. 길수록 메모리를 더 써요.</translation>
    </message>
</context>
<context>
    <name>RepositoryHead</name>
    <message>
        <source>{count} more</source>
        <translation>{count}개 더</translation>
    </message>
    <message>
        <source>trained for {count} tokens of context</source>
        <translation>문맥 {count}토큰으로 학습</translation>
    </message>
    <message>
        <source>{count} weights</source>
        <translation>파라미터 {count}</translation>
    </message>
    <message>
        <source>{count} downloads</source>
        <translation>내려받기 {count}</translation>
    </message>
    <message>
        <source>{count} likes</source>
        <translation>좋아요 {count}</translation>
    </message>
    <message>
        <source>updated {date}</source>
        <translation>{date} 갱신</translation>
    </message>
    <message>
        <source>The authors give these files to people they know of, and your access token does not open them. Ask for access on the model&apos;s page; when it is granted, downloads work.</source>
        <translation>만든 사람들이 신청한 사람에게만 주는 파일인데, 지금 토큰으로는 열 수 없어요. 모델 페이지에서 접근을 신청하세요. 승인되면 내려받을 수 있어요.</translation>
    </message>
    <message>
        <source>The authors want to know who uses this model. First open its page and ask for access there; then make an access token on that site and enter it in the preferences.</source>
        <translation>만든 사람들이 누가 쓰는지 알고 싶어 하는 모델이에요. 먼저 모델 페이지를 열어 접근을 신청하고, 그 사이트에서 액세스 토큰을 만들어 환경설정에 넣으세요.</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>모델 페이지 열기</translation>
    </message>
    <message>
        <source>Access token…</source>
        <translation>액세스 토큰…</translation>
    </message>
</context>
<context>
    <name>RepositoryPage</name>
    <message>
        <source>Picture</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>This model cannot be shown</source>
        <translation>이 모델을 보여 줄 수 없어요</translation>
    </message>
    <message>
        <source>This model is no longer there</source>
        <translation>이 모델은 이제 없어요</translation>
    </message>
    <message>
        <source>This model is given out on request</source>
        <translation>신청해야 받을 수 있는 모델이에요</translation>
    </message>
    <message>
        <source>You are offline. Local models still work.</source>
        <translation>오프라인이에요. 이 컴퓨터의 모델은 그대로 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>Offline mode is on</source>
        <translation>오프라인 모드가 켜져 있어요</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Back to the search</source>
        <translation>검색으로 돌아가기</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>모델 페이지 열기</translation>
    </message>
    <message>
        <source>Access token…</source>
        <translation>액세스 토큰…</translation>
    </message>
    <message>
        <source>It is very long; only its beginning was fetched.</source>
        <translation>아주 길어서 앞부분만 가져왔어요.</translation>
    </message>
    <message>
        <source>Model page</source>
        <translation>모델 페이지</translation>
    </message>
    <message>
        <source>Open in browser</source>
        <translation>브라우저에서 열기</translation>
    </message>
    <message>
        <source>What its authors say</source>
        <translation>만든 사람들의 설명</translation>
    </message>
</context>
<context>
    <name>RepositoryRow</name>
    <message>
        <source>{badge}: show the numbers</source>
        <translation>{badge}: 숫자 보기</translation>
    </message>
    <message>
        <source>In the queue</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
    <message>
        <source>Paused at {percent} %</source>
        <translation>{percent} %에서 일시정지</translation>
    </message>
    <message>
        <source>Failed: show</source>
        <translation>실패: 보기</translation>
    </message>
    <message>
        <source>Open in chat</source>
        <translation>대화에서 열기</translation>
    </message>
    <message>
        <source>Incomplete</source>
        <translation>빠진 파일 있음</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>내려받기</translation>
    </message>
    <message>
        <source>Some of its files are missing on the hub.</source>
        <translation>허브에 파일 일부가 없어요.</translation>
    </message>
    <message>
        <source>Show the downloads</source>
        <translation>내려받기 보기</translation>
    </message>
    <message>
        <source>{size} in {count} files</source>
        <translation>파일 {count}개, {size}</translation>
    </message>
    <message>
        <source>{bits} bits a weight</source>
        <translation>가중치당 {bits}비트</translation>
    </message>
</context>
<context>
    <name>ReshapeControls</name>
    <message>
        <source>XTC: how often</source>
        <translation>XTC: 확률</translation>
    </message>
    <message>
        <source>XTC: threshold</source>
        <translation>XTC: 문턱값</translation>
    </message>
    <message>
        <source>DRY</source>
        <translation>DRY</translation>
    </message>
    <message>
        <source>More samplers</source>
        <translation>샘플러 더 보기</translation>
    </message>
</context>
<context>
    <name>ReshapePage</name>
    <message>
        <source>Shown as XTC acts, which it does for {share} of the tokens</source>
        <translation>XTC가 작동할 때의 모습이에요. 토큰의 {share}에서 작동해요</translation>
    </message>
    <message>
        <source>Nothing stands before the first token, so it has no distribution.</source>
        <translation>첫 토큰 앞에는 아무것도 없어서 분포가 없어요.</translation>
    </message>
    <message>
        <source>Computed from all {total} tokens.</source>
        <translation>토큰 {total}개 전부로 계산했어요.</translation>
    </message>
    <message>
        <source>Computed from {count} of {total} tokens, {share} of the probability; the shares are exact.</source>
        <translation>토큰 {total}개 중 {count}개(확률의 {share})로 계산했어요. 비율은 정확해요.</translation>
    </message>
    <message>
        <source>Computed from {count} of {total} tokens, {share} of the probability; the rest is one bar.</source>
        <translation>토큰 {total}개 중 {count}개, 확률의 {share}로 계산했어요. 나머지는 막대 하나예요.</translation>
    </message>
    <message>
        <source>Computed from the {count} tokens that were kept, {share} of the probability.</source>
        <translation>보관한 토큰 {count}개, 확률의 {share}로 계산했어요.</translation>
    </message>
    <message>
        <source>Too little of the distribution was kept to tell; the whole vocabulary is needed.</source>
        <translation>보관한 분포가 너무 적어서 알 수 없어요. 전체 어휘가 필요해요.</translation>
    </message>
    <message>
        <source>Entropy {before} → {after} bits</source>
        <translation>엔트로피 {before} → {after}비트</translation>
    </message>
    <message>
        <source>{count} tokens left, to which the model gave {share}</source>
        <translation>토큰 {count}개가 남고, 모델은 여기에 {share}를 줬어요</translation>
    </message>
    <message>
        <source>before {stage}, which depends on earlier draws</source>
        <translation>{stage} 전까지예요. 그 뒤는 앞선 뽑기에 달려 있어요</translation>
    </message>
    <message>
        <source>{stage} needs the whole vocabulary.</source>
        <translation>{stage}에는 전체 어휘가 필요해요.</translation>
    </message>
    <message>
        <source>{stage}: the repetition penalty needs the model&apos;s own scores, which are not kept.</source>
        <translation>{stage}: 반복 벌점에는 모델의 원래 점수가 필요한데 보관하지 않았어요.</translation>
    </message>
    <message>
        <source>{stage} looks back at the prompt, whose tokens are not kept.</source>
        <translation>{stage}는 프롬프트를 되돌아보는데 그 토큰을 보관하지 않았어요.</translation>
    </message>
    <message>
        <source>{stage} can only be computed by the model.</source>
        <translation>{stage}는 모델만 계산할 수 있어요.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Ask the model</source>
        <translation>모델에게 묻기</translation>
    </message>
    <message>
        <source>Use the full vocabulary</source>
        <translation>전체 어휘 쓰기</translation>
    </message>
    <message>
        <source>Apply to this chat</source>
        <translation>이 대화에 적용</translation>
    </message>
    <message>
        <source>The next replies of this chat are sampled with these settings.</source>
        <translation>이 대화의 다음 답부터 이 설정으로 샘플링해요.</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Back to what the reply was sampled with</source>
        <translation>답을 샘플링한 설정으로 되돌려요</translation>
    </message>
    <message>
        <source>The model computes this token again, so that nothing has to be left open.</source>
        <translation>모델이 이 토큰을 다시 계산해서 모르는 것이 없게 해요.</translation>
    </message>
</context>
<context>
    <name>RolloutLine</name>
    <message>
        <source>Following attention through all layers…</source>
        <translation>모든 층을 따라 어텐션을 좇는 중…</translation>
    </message>
    <message>
        <source>Stopped. Nothing is lit until it is computed.</source>
        <translation>멈췄어요. 계산할 때까지 아무것도 켜지지 않아요.</translation>
    </message>
    <message>
        <source>Rollout: 0.5·A + 0.5·I of every layer, A the mean of its heads, multiplied through all layers (Abnar and Zuidema 2020). All heads count.</source>
        <translation>롤아웃: 층마다 0.5·A + 0.5·I(A는 헤드 평균)를 모든 층에 걸쳐 곱해요(Abnar and Zuidema 2020). 모든 헤드를 세요.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>계산</translation>
    </message>
    <message>
        <source>Progress of the rollout</source>
        <translation>롤아웃 진행</translation>
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
    <name>SamplingTab</name>
    <message>
        <source>Sampling</source>
        <translation>샘플링</translation>
    </message>
    <message>
        <source>“{token}” · token {number} of {count} · rank {rank}</source>
        <translation>“{token}” · 토큰 {number}/{count} · {rank}순위</translation>
    </message>
    <message>
        <source>When a reply is there, this shows how its tokens were sampled.</source>
        <translation>답이 있으면 그 토큰들이 어떻게 뽑혔는지 보여 줘요.</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>불러오는 중…</translation>
    </message>
    <message>
        <source>Nothing was recorded of this reply: it was written by hand or by an older version, or the app stopped before it was finished.</source>
        <translation>이 답에는 기록이 없어요. 직접 썼거나, 이전 버전에서 썼거나, 다 쓰기 전에 앱이 꺼진 답이에요.</translation>
    </message>
    <message>
        <source>The model read this message; only replies are sampled.</source>
        <translation>이 메시지는 모델이 읽은 글이에요. 샘플링은 답에만 있어요.</translation>
    </message>
    <message>
        <source>Choose a token: click one under Tokens, or use the arrows above.</source>
        <translation>토큰을 고르세요. 토큰 탭에서 누르거나 위의 화살표를 쓰세요.</translation>
    </message>
    <message>
        <source>Previous token</source>
        <translation>이전 토큰</translation>
    </message>
    <message>
        <source>Next token</source>
        <translation>다음 토큰</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Re-shape</source>
        <translation>바꿔 보기</translation>
    </message>
</context>
<context>
    <name>SaveConversation</name>
    <message>
        <source>Save as Markdown</source>
        <translation>마크다운으로 저장</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>You</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>답</translation>
    </message>
    <message>
        <source>Thought</source>
        <translation>생각</translation>
    </message>
</context>
<context>
    <name>SearchLine</name>
    <message>
        <source>none found</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>{total} found</source>
        <translation>{total}개 찾음</translation>
    </message>
    <message>
        <source>{number} of {total}</source>
        <translation>{total}개 중 {number}번째</translation>
    </message>
    <message>
        <source>Find text, or rank &gt; 50, p &lt; 1 %, surprisal &gt; 8…</source>
        <translation>글이나 rank &gt; 50, p &lt; 1 %, surprisal &gt; 8 찾기…</translation>
    </message>
    <message>
        <source>Find tokens</source>
        <translation>토큰 찾기</translation>
    </message>
    <message>
        <source>Text, or conditions on p, surprisal, entropy, rank and id, joined by “and”. F3 goes to the next.</source>
        <translation>글, 또는 p, surprisal, entropy, rank, id 조건을 “and”로 이어 쓰세요. F3을 누르면 다음으로 가요.</translation>
    </message>
    <message>
        <source>Previous place (Shift+F3)</source>
        <translation>이전 자리 (Shift+F3)</translation>
    </message>
    <message>
        <source>Next place (F3)</source>
        <translation>다음 자리 (F3)</translation>
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
        <source>The makers of this model recommend nothing</source>
        <translation>이 모델을 만든 사람들이 권하는 값이 없어요</translation>
    </message>
    <message>
        <source>These values are in use</source>
        <translation>이미 이 값을 쓰고 있어요</translation>
    </message>
    <message>
        <source>What the makers of the model wrote into its file</source>
        <translation>모델을 만든 사람들이 파일에 적어 둔 값이에요</translation>
    </message>
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
        <source>Reset to the model&apos;s recommendation</source>
        <translation>모델 권장값으로 되돌리기</translation>
    </message>
    <message>
        <source>Settings of this conversation</source>
        <translation>이 대화의 설정</translation>
    </message>
</context>
<context>
    <name>ShapeBars</name>
    <message>
        <source>cut: {stage}</source>
        <translation>잘림: {stage}</translation>
    </message>
    <message>
        <source>Probabilities before and after the samplers</source>
        <translation>샘플러 앞뒤의 확률</translation>
    </message>
</context>
<context>
    <name>SharesPage</name>
    <message>
        <source>A bar for every token of this message; {count} are still to be read.</source>
        <translation>이 메시지의 토큰마다 막대 하나예요. {count}개를 더 읽어야 해요.</translation>
    </message>
    <message>
        <source>A bar for every token of this message, coloured by whose words the model looked at.</source>
        <translation>이 메시지의 토큰마다 막대 하나예요. 색은 모델이 누구의 글을 보았는지 나타내요.</translation>
    </message>
    <message>
        <source>First token (sink)</source>
        <translation>첫 토큰(싱크)</translation>
    </message>
    <message>
        <source>Attention by message</source>
        <translation>메시지별 어텐션</translation>
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
    <name>SimilarityChart</name>
    <message>
        <source>layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Layer {layer}: {numbers}</source>
        <translation>{layer}번 층: {numbers}</translation>
    </message>
</context>
<context>
    <name>SourceItemModel</name>
    <message>
        <source>Top sources</source>
        <translation>주요 출처</translation>
    </message>
    <message>
        <source>From</source>
        <translation>어디</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>가중치</translation>
    </message>
</context>
<context>
    <name>SourcesPage</name>
    <message>
        <source>{percent} of the attention</source>
        <translation>어텐션의 {percent}</translation>
    </message>
    <message>
        <source>strongest colour: {weight}</source>
        <translation>가장 진한 색: {weight}</translation>
    </message>
    <message>
        <source>first token (sink): {sink} in the head that looks there most</source>
        <translation>첫 토큰(싱크): 가장 많이 보는 헤드에서 {sink}</translation>
    </message>
    <message>
        <source>first token (sink): {sink} · template: {template}</source>
        <translation>첫 토큰(싱크): {sink} · 템플릿: {template}</translation>
    </message>
    <message>
        <source>Point at a token to see its weight; a click on one of this message selects it.</source>
        <translation>토큰을 가리키면 가중치를 볼 수 있어요. 이 메시지의 토큰은 누르면 골라져요.</translation>
    </message>
    <message>
        <source>not written yet</source>
        <translation>아직 쓰지 않음</translation>
    </message>
    <message>
        <source>Mean of the heads</source>
        <translation>헤드의 평균</translation>
    </message>
    <message>
        <source>Largest of the heads</source>
        <translation>헤드의 최댓값</translation>
    </message>
    <message>
        <source>Rollout</source>
        <translation>롤아웃</translation>
    </message>
    <message>
        <source>How heads are put together</source>
        <translation>헤드를 합치는 방법</translation>
    </message>
    <message>
        <source>Share of the attention that is shown</source>
        <translation>보여 줄 어텐션의 몫</translation>
    </message>
    <message>
        <source>Show the fewest tokens that together have this share of the attention</source>
        <translation>어텐션의 이만큼을 차지하는 가장 적은 토큰만 보여 줘요</translation>
    </message>
    <message>
        <source>Template tokens</source>
        <translation>템플릿 토큰</translation>
    </message>
    <message>
        <source>Also show the tokens that the chat template puts around the messages</source>
        <translation>대화 템플릿이 메시지 둘레에 넣는 토큰도 보여 줘요</translation>
    </message>
    <message>
        <source>Colour the first token, too</source>
        <translation>첫 토큰에도 색 입히기</translation>
    </message>
    <message>
        <source>Heads with nothing to look for look at the first token; in its colour all others would be pale</source>
        <translation>찾을 것이 없는 헤드는 첫 토큰을 봐요. 그 색에 맞추면 다른 토큰이 모두 옅어져요</translation>
    </message>
    <message>
        <source>What the token looked at</source>
        <translation>이 토큰이 본 것</translation>
    </message>
    <message>
        <source>Top sources</source>
        <translation>주요 출처</translation>
    </message>
</context>
<context>
    <name>Spans</name>
    <message>
        <source>at least {number}</source>
        <translation>최소 {number}</translation>
    </message>
    <message>
        <source>at most {number}</source>
        <translation>최대 {number}</translation>
    </message>
</context>
<context>
    <name>StageColumns</name>
    <message>
        <source>Sampler stages</source>
        <translation>샘플러 단계</translation>
    </message>
    <message>
        <source>left:</source>
        <translation>남음:</translation>
    </message>
</context>
<context>
    <name>StageItemModel</name>
    <message>
        <source>{count} candidates are left after it.</source>
        <translation>이 단계 뒤에 후보 {count}개가 남아요.</translation>
    </message>
    <message>
        <source>all others</source>
        <translation>나머지 전부</translation>
    </message>
    <message>
        <source>Token {id}, bytes {bytes}</source>
        <translation>토큰 {id}, 바이트 {bytes}</translation>
    </message>
    <message>
        <source>This token was taken.</source>
        <translation>이 토큰이 뽑혔어요.</translation>
    </message>
    <message>
        <source>Cut by {stage}</source>
        <translation>{stage} 단계에서 잘림</translation>
    </message>
    <message>
        <source>cut</source>
        <translation>잘림</translation>
    </message>
    <message>
        <source>{stage}: {count} other tokens with {prob} together</source>
        <translation>{stage}: 다른 토큰 {count}개, 합쳐서 {prob}</translation>
    </message>
    <message>
        <source>“{token}”: cut by {stage}</source>
        <translation>“{token}”: {stage} 단계에서 잘림</translation>
    </message>
    <message>
        <source>“{token}” after {stage}: {prob}</source>
        <translation>{stage} 뒤의 “{token}”: {prob}</translation>
    </message>
</context>
<context>
    <name>StagePage</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Recompute</source>
        <translation>다시 계산</translation>
    </message>
    <message>
        <source>The model read this token; no sampler chose it.</source>
        <translation>이 토큰은 모델이 읽은 것이라 샘플러가 고르지 않았어요.</translation>
    </message>
    <message>
        <source>The stages of this token were not recorded, since the inspector was closed.</source>
        <translation>검사기가 닫혀 있어서 이 토큰의 단계는 기록되지 않았어요.</translation>
    </message>
    <message>
        <source>What it was sampled with is not known.</source>
        <translation>무엇으로 샘플링했는지 알 수 없어요.</translation>
    </message>
    <message>
        <source>This token was given, not drawn: no sampler saw it.</source>
        <translation>이 토큰은 뽑은 게 아니라 주어진 거예요. 샘플러를 거치지 않았어요.</translation>
    </message>
    <message>
        <source>Recorded while the reply was written.</source>
        <translation>답을 쓰는 동안 기록했어요.</translation>
    </message>
    <message>
        <source>Recomputed by the model with the settings of the reply.</source>
        <translation>답을 쓸 때의 설정으로 모델이 다시 계산했어요.</translation>
    </message>
</context>
<context>
    <name>StageWords</name>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Bias</source>
        <translation>편향</translation>
    </message>
    <message>
        <source>Grammar</source>
        <translation>문법</translation>
    </message>
    <message>
        <source>Penalties</source>
        <translation>벌점</translation>
    </message>
    <message>
        <source>DRY</source>
        <translation>DRY</translation>
    </message>
    <message>
        <source>Top-nσ</source>
        <translation>Top-nσ</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Typical-p</source>
        <translation>Typical-p</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>XTC</source>
        <translation>XTC</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>뽑기</translation>
    </message>
    <message>
        <source>Likeliest</source>
        <translation>최고 확률</translation>
    </message>
    <message>
        <source>Mirostat 1</source>
        <translation>미로스탯 1</translation>
    </message>
    <message>
        <source>Mirostat 2</source>
        <translation>미로스탯 2</translation>
    </message>
    <message>
        <source>Adaptive-p</source>
        <translation>Adaptive-p</translation>
    </message>
    <message>
        <source>What the model itself computed, before any sampler.</source>
        <translation>샘플러를 거치기 전에 모델이 스스로 계산한 값이에요.</translation>
    </message>
    <message>
        <source>One of the tokens that are left is drawn at random, each as often as its probability says.</source>
        <translation>남은 토큰 가운데 하나를 확률만큼의 비율로 무작위로 뽑아요.</translation>
    </message>
    <message>
        <source>At temperature 0 the likeliest token is always taken.</source>
        <translation>온도가 0이면 늘 가장 그럴듯한 토큰을 골라요.</translation>
    </message>
    <message>
        <source>Tokens that were used recently become less likely, so that the text repeats itself less.</source>
        <translation>최근에 쓴 토큰의 확률을 낮춰서 글이 덜 되풀이되게 해요.</translation>
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
    <name>StatePage</name>
    <message>
        <source>Score this prompt</source>
        <translation>이 프롬프트 채점하기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>모델 고르기</translation>
    </message>
    <message>
        <source>Nothing to do</source>
        <translation>할 일 없음</translation>
    </message>
    <message>
        <source>Nothing to look at yet. Write to the model: the tokens of its reply appear here, each with its probability.</source>
        <translation>아직 볼 것이 없어요. 모델에게 말을 걸면 답의 토큰과 확률이 여기에 나타나요.</translation>
    </message>
    <message>
        <source>Reading the saved tokens…</source>
        <translation>저장된 토큰을 읽는 중…</translation>
    </message>
    <message>
        <source>The model is reading the prompt. Its tokens appear here as they are written.</source>
        <translation>모델이 프롬프트를 읽고 있어요. 쓰는 대로 토큰이 여기에 나타나요.</translation>
    </message>
    <message>
        <source>The model reads the prompt again: {percent} %</source>
        <translation>모델이 프롬프트를 다시 읽어요: {percent} %</translation>
    </message>
    <message>
        <source>How likely were these words to the model? It has to read the prompt once more to say.</source>
        <translation>이 말이 모델에게 얼마나 그럴듯했을까요? 알려면 프롬프트를 한 번 더 읽어야 해요.</translation>
    </message>
    <message>
        <source>The tokens of this message were not scored yet, and that needs a model. Load one to see them.</source>
        <translation>이 메시지의 토큰은 아직 채점되지 않았고, 채점하려면 모델이 필요해요. 모델을 불러오세요.</translation>
    </message>
    <message>
        <source>This reply has no recorded probabilities: it was written by hand or by an older version, or the app stopped before it was finished. Regenerate it to record them.</source>
        <translation>이 답에는 기록된 확률이 없어요. 직접 썼거나, 이전 버전에서 썼거나, 다 쓰기 전에 앱이 꺼진 답이에요. 다시 만들면 기록돼요.</translation>
    </message>
    <message>
        <source>Score short prompts automatically</source>
        <translation>짧은 프롬프트는 저절로 채점하기</translation>
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
        <source>Larger context</source>
        <translation>더 긴 컨텍스트</translation>
    </message>
    <message>
        <source>Load the model again with room for more, and write the reply</source>
        <translation>더 넓게 모델을 다시 불러와서 답을 써요</translation>
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
        <source>Shorten the message</source>
        <translation>메시지 줄이기</translation>
    </message>
    <message>
        <source>Open your message for changes</source>
        <translation>내 메시지를 고칠 수 있게 열어요</translation>
    </message>
    <message>
        <source>Larger context ({count} tokens)</source>
        <translation>더 긴 컨텍스트 (토큰 {count}개)</translation>
    </message>
    <message>
        <source>Not sent: this is longer than the context holds, and neither the model nor the memory has room for a larger one.</source>
        <translation>보내지 않았어요: 컨텍스트보다 길고, 모델이나 메모리에 더 긴 컨텍스트를 둘 자리가 없어요.</translation>
    </message>
    <message>
        <source>Not sent: this is longer than the context holds.</source>
        <translation>보내지 않았어요: 컨텍스트보다 길어요.</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>Interrupted before it was finished</source>
        <translation>끝나기 전에 중단됨</translation>
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
    <name>StepCard</name>
    <message>
        <source>token “{token}” has number {id}</source>
        <translation>토큰 “{token}”의 번호는 {id}</translation>
    </message>
    <message>
        <source>layer {layer}, head {head}; keys and values of group {group} of {groups}</source>
        <translation>{layer}번 층, {head}번 헤드. 키와 값은 {groups}개 중 {group}번 그룹의 것</translation>
    </message>
    <message>
        <source>position {position}, base {base}, {size} numbers are turned</source>
        <translation>위치 {position}, 밑 {base}, 수 {size}개를 돌림</translation>
    </message>
    <message>
        <source>d = {size}, multiplied by {scale}</source>
        <translation>d = {size}, {scale}을(를) 곱함</translation>
    </message>
    <message>
        <source>temperature {temperature}; {left} tokens are left after: {stages}</source>
        <translation>온도 {temperature}. 다음을 지나면 토큰 {left}개가 남음: {stages}</translation>
    </message>
    <message>
        <source>{count} numbers, {low} to {high}</source>
        <translation>수 {count}개, {low}부터 {high}까지</translation>
    </message>
    <message>
        <source>Recomputed in NumPy: the same (largest difference {largest}).</source>
        <translation>NumPy로 다시 계산: 같음(가장 큰 차이 {largest}).</translation>
    </message>
    <message>
        <source>Recomputed in NumPy: largest difference {largest}, {share} of the largest number.</source>
        <translation>NumPy로 다시 계산: 가장 큰 차이 {largest}, 가장 큰 수의 {share}.</translation>
    </message>
    <message>
        <source>token</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>logit</source>
        <translation>로짓</translation>
    </message>
    <message>
        <source>recomputed</source>
        <translation>다시 계산</translation>
    </message>
    <message>
        <source>of the model</source>
        <translation>모델의 확률</translation>
    </message>
    <message>
        <source>after the samplers</source>
        <translation>샘플러를 거친 뒤</translation>
    </message>
    <message>
        <source>↑ Previous</source>
        <translation>↑ 이전</translation>
    </message>
    <message>
        <source>↓ Next</source>
        <translation>↓ 다음</translation>
    </message>
    <message>
        <source>↑ From the top</source>
        <translation>↑ 처음부터</translation>
    </message>
    <message>
        <source>All heads: Attention</source>
        <translation>모든 헤드: 어텐션</translation>
    </message>
    <message>
        <source>Play with it: Sampling</source>
        <translation>만져 보기: 샘플링</translation>
    </message>
    <message>
        <source>Every layer: Layers</source>
        <translation>모든 층: 층</translation>
    </message>
</context>
<context>
    <name>StepChips</name>
    <message>
        <source>{token}  ·  {percent}  ·  {bits} bits  ·  after the samplers {final}</source>
        <translation>{token}  ·  {percent}  ·  {bits}비트  ·  샘플러 뒤 {final}</translation>
    </message>
    <message>
        <source>Tokens added by hand</source>
        <translation>직접 더한 토큰</translation>
    </message>
</context>
<context>
    <name>StepControls</name>
    <message>
        <source>Enter or a double click on a token puts it behind the text, Backspace takes it back.</source>
        <translation>토큰에서 Enter를 누르거나 두 번 누르면 글 뒤에 붙고, Backspace를 누르면 되돌려요.</translation>
    </message>
    <message>
        <source>{count} added: {percent}, {bits} bits</source>
        <translation>{count}개 더함: {percent}, {bits}비트</translation>
    </message>
    <message>
        <source>Take likeliest</source>
        <translation>최고 확률 넣기</translation>
    </message>
    <message>
        <source>Draw one</source>
        <translation>하나 뽑기</translation>
    </message>
    <message>
        <source>Draw a token after this chat&apos;s samplers; the same seed draws the same tokens</source>
        <translation>이 대화의 샘플러를 거쳐 토큰을 뽑아요. 시드가 같으면 같은 토큰이 나와요</translation>
    </message>
    <message>
        <source>Take the last token back</source>
        <translation>마지막 토큰 되돌리기</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Seed of the draw</source>
        <translation>뽑기의 시드</translation>
    </message>
    <message>
        <source>Continue in the chat</source>
        <translation>대화에서 이어 가기</translation>
    </message>
    <message>
        <source>Write another version of the reply, with these tokens in this place</source>
        <translation>이 자리에 이 토큰들을 넣어 답의 다른 버전을 써요</translation>
    </message>
</context>
<context>
    <name>StepLegend</name>
    <message>
        <source>top: model, bottom: NumPy</source>
        <translation>위: 모델, 아래: NumPy</translation>
    </message>
    <message>
        <source>Blue is below zero, orange above it. The strongest colour is the largest number of the list.</source>
        <translation>파랑은 0보다 작고 주황은 0보다 커요. 가장 짙은 색이 그 목록에서 가장 큰 수예요.</translation>
    </message>
</context>
<context>
    <name>Steps</name>
    <message>
        <source>From token to numbers</source>
        <translation>토큰에서 숫자로</translation>
    </message>
    <message>
        <source>The model knows no letters. Its vocabulary gives the token a number, and the embedding table has one row of learned numbers for it. This row is the same wherever the token stands: what it means here comes later.</source>
        <translation>모델은 글자를 몰라요. 어휘가 토큰에 번호를 주고, 임베딩 표에는 그 번호마다 배운 숫자가 한 줄씩 있어요. 이 줄은 토큰이 어디에 있든 똑같아요. 여기서 무슨 뜻인지는 나중에 정해져요.</translation>
    </message>
    <message>
        <source>Row of the table</source>
        <translation>표의 한 줄</translation>
    </message>
    <message>
        <source>Where it stands</source>
        <translation>어디에 있는지</translation>
    </message>
    <message>
        <source>This model has learned one row for every place in the text and adds it to the token’s row. The first Transformer (2017) added fixed sine and cosine waves instead; many newer models turn query and key (RoPE).</source>
        <translation>이 모델은 글의 자리마다 한 줄씩 배워서 토큰의 줄에 더해요. 첫 트랜스포머(2017)는 정해진 사인과 코사인 물결을 더했고, 요즘 모델은 대개 쿼리와 키를 돌려요(RoPE).</translation>
    </message>
    <message>
        <source>Row of the position</source>
        <translation>위치의 줄</translation>
    </message>
    <message>
        <source>Token and position together</source>
        <translation>토큰과 위치를 더한 것</translation>
    </message>
    <message>
        <source>Nothing is added for the position here: this model turns query and key by it instead (RoPE, some steps below). The first Transformer (2017) added fixed sine and cosine waves at this place; GPT-2 adds learned rows.</source>
        <translation>여기서는 위치를 더하지 않아요. 이 모델은 대신 쿼리와 키를 위치만큼 돌려요(RoPE, 몇 단계 아래). 첫 트랜스포머(2017)는 이 자리에서 정해진 사인과 코사인 물결을 더했고, GPT-2는 배운 줄을 더해요.</translation>
    </message>
    <message>
        <source>Row of the table, scaled</source>
        <translation>표의 한 줄, 크기를 맞춘 것</translation>
    </message>
    <message>
        <source>What enters the layer</source>
        <translation>층에 들어가는 것</translation>
    </message>
    <message>
        <source>Every token carries one list of numbers through all layers, the residual stream. Each layer reads it and adds something to it. In the first layer it is the embedding; later it also holds what earlier layers found.</source>
        <translation>토큰마다 숫자 목록 하나를 지니고 모든 층을 지나가요. 이것을 잔차 흐름이라고 해요. 층마다 이것을 읽고 무언가를 더해요. 첫 층에서는 임베딩이고, 뒤로 갈수록 앞 층들이 찾은 것도 담겨요.</translation>
    </message>
    <message>
        <source>State before the layer</source>
        <translation>층 앞의 상태</translation>
    </message>
    <message>
        <source>Before it is read, the state is brought to a common size, and each number gets a learned weight. Without this, numbers would grow or vanish from layer to layer.</source>
        <translation>읽기 전에 상태의 크기를 고르게 맞추고 숫자마다 배운 가중치를 곱해요. 이렇게 하지 않으면 층을 지날수록 숫자가 너무 커지거나 사라져요.</translation>
    </message>
    <message>
        <source>Query, key and value</source>
        <translation>쿼리, 키, 값</translation>
    </message>
    <message>
        <source>Three learned matrices make three short lists for this head. The query says what the token looks for, the key what it offers to be found by, the value what it hands on when it is looked at.</source>
        <translation>배운 행렬 세 개가 이 헤드의 짧은 목록 세 개를 만들어요. 쿼리는 토큰이 무엇을 찾는지, 키는 무엇으로 찾아질 수 있는지, 값은 누가 보았을 때 무엇을 건네주는지를 말해요.</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>쿼리</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>키</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Query, normed</source>
        <translation>쿼리, 정규화한 것</translation>
    </message>
    <message>
        <source>Key, normed</source>
        <translation>키, 정규화한 것</translation>
    </message>
    <message>
        <source>Turned by the position (RoPE)</source>
        <translation>위치만큼 돌리기(RoPE)</translation>
    </message>
    <message>
        <source>Pairs of numbers are turned like the hands of a clock, further for later positions, some fast and some slowly. When a query meets a key, only the distance between the two tokens remains of it.</source>
        <translation>숫자를 둘씩 묶어 시계바늘처럼 돌려요. 뒤에 있을수록 더 많이 돌리는데, 빨리 도는 쌍도 있고 천천히 도는 쌍도 있어요. 쿼리가 키를 만나면 두 토큰 사이의 거리만 남아요.</translation>
    </message>
    <message>
        <source>Query, turned</source>
        <translation>쿼리, 돌린 것</translation>
    </message>
    <message>
        <source>Key, turned</source>
        <translation>키, 돌린 것</translation>
    </message>
    <message>
        <source>Query meets every key</source>
        <translation>쿼리가 모든 키를 만나요</translation>
    </message>
    <message>
        <source>The query is multiplied with the key of each token, number by number, and added up. A large score means that this token offers what is looked for.</source>
        <translation>쿼리와 각 토큰의 키를 숫자끼리 곱해서 모두 더해요. 점수가 크면 그 토큰에 찾던 것이 있다는 뜻이에요.</translation>
    </message>
    <message>
        <source>One score for each token, coloured from their mean</source>
        <translation>토큰마다 점수 하나, 색은 평균을 기준으로</translation>
    </message>
    <message>
        <source>Scale and mask</source>
        <translation>스케일과 마스크</translation>
    </message>
    <message>
        <source>Long lists give large scores, so they are divided by the root of their length. Tokens that come later are hidden: while training, the model must not see what it shall predict. The last token has nothing after it.</source>
        <translation>목록이 길면 점수도 커지므로 길이의 제곱근으로 나눠요. 뒤에 오는 토큰은 가려요. 훈련할 때 모델이 맞혀야 할 것을 보면 안 되니까요. 마지막 토큰 뒤에는 아무것도 없어요.</translation>
    </message>
    <message>
        <source>Scaled and masked, coloured from their mean</source>
        <translation>스케일과 마스크를 거친 것, 색은 평균을 기준으로</translation>
    </message>
    <message>
        <source>Softmax: shares that add up to 1</source>
        <translation>소프트맥스: 더하면 1이 되는 몫</translation>
    </message>
    <message>
        <source>The exponential function makes all scores positive, and dividing by their sum makes shares of them. This is the attention of this head: how much of each token it takes. Many heads rest on the first token when they look for nothing.</source>
        <translation>지수 함수가 모든 점수를 양수로 만들고, 합으로 나누면 몫이 돼요. 이것이 이 헤드의 어텐션이에요. 각 토큰에서 얼마나 가져오는지를 말해요. 찾는 것이 없을 때 첫 토큰에서 쉬는 헤드가 많아요.</translation>
    </message>
    <message>
        <source>Attention to each token</source>
        <translation>각 토큰에 대한 어텐션</translation>
    </message>
    <message>
        <source>Mix the values</source>
        <translation>값 섞기</translation>
    </message>
    <message>
        <source>The values of all tokens are added up, each with its share. That is how something from other tokens comes to this one: the only place in the model where tokens meet.</source>
        <translation>모든 토큰의 값을 몫만큼 더해요. 이렇게 다른 토큰의 것이 이 토큰으로 와요. 모델에서 토큰끼리 만나는 곳은 여기뿐이에요.</translation>
    </message>
    <message>
        <source>What this head brings</source>
        <translation>이 헤드가 가져온 것</translation>
    </message>
    <message>
        <source>Join the heads</source>
        <translation>헤드 합치기</translation>
    </message>
    <message>
        <source>All heads of the layer did the same at the same time, each with its own matrices. Their results are put side by side, and one more matrix mixes them into the size of the state.</source>
        <translation>이 층의 모든 헤드가 저마다의 행렬로 동시에 같은 일을 했어요. 결과를 나란히 놓고 행렬 하나로 더 섞어 상태의 크기로 만들어요.</translation>
    </message>
    <message>
        <source>All heads side by side</source>
        <translation>나란히 놓은 모든 헤드</translation>
    </message>
    <message>
        <source>After the output matrix</source>
        <translation>출력 행렬을 지난 뒤</translation>
    </message>
    <message>
        <source>Normed once more</source>
        <translation>한 번 더 정규화</translation>
    </message>
    <message>
        <source>Add it to the state</source>
        <translation>상태에 더하기</translation>
    </message>
    <message>
        <source>What attention found is added to what the token had before. Nothing is replaced: earlier knowledge stays, and while training, corrections find their way back through the sum.</source>
        <translation>어텐션이 찾은 것을 토큰이 지니고 있던 것에 더해요. 아무것도 바꿔치우지 않아요. 앞서 안 것은 남고, 훈련할 때는 고칠 것이 이 덧셈을 거슬러 돌아가요.</translation>
    </message>
    <message>
        <source>State after attention</source>
        <translation>어텐션 뒤의 상태</translation>
    </message>
    <message>
        <source>Feed-forward: think about it alone</source>
        <translation>피드포워드: 혼자 생각하기</translation>
    </message>
    <message>
        <source>Each token by itself goes through a much wider layer. One matrix makes gates, another makes contents; where a gate is closed nothing passes. The third matrix brings it back to size. Much of what a model knows sits here.</source>
        <translation>토큰마다 따로 훨씬 넓은 층을 지나요. 한 행렬은 문을, 다른 행렬은 내용을 만들고, 문이 닫힌 곳은 아무것도 지나가지 못해요. 세 번째 행렬이 원래 크기로 되돌려요. 모델이 아는 것의 많은 부분이 여기 있어요.</translation>
    </message>
    <message>
        <source>Gates</source>
        <translation>문</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>내용</translation>
    </message>
    <message>
        <source>What passes</source>
        <translation>지나간 것</translation>
    </message>
    <message>
        <source>Back to size</source>
        <translation>원래 크기로</translation>
    </message>
    <message>
        <source>Each token by itself goes through a much wider layer. A function lets positive numbers pass and holds most negative ones back. A second matrix brings it back to size. Much of what a model knows sits here.</source>
        <translation>토큰마다 따로 훨씬 넓은 층을 지나요. 함수가 양수는 지나가게 하고 음수는 대부분 막아요. 두 번째 행렬이 원래 크기로 되돌려요. 모델이 아는 것의 많은 부분이 여기 있어요.</translation>
    </message>
    <message>
        <source>Widened</source>
        <translation>넓힌 것</translation>
    </message>
    <message>
        <source>Add it again: the layer is done</source>
        <translation>다시 더하기: 층이 끝났어요</translation>
    </message>
    <message>
        <source>The result is added to the state, which goes on to the next layer. There everything begins again with other matrices. The Layers tab shows what the model would say after each of them.</source>
        <translation>결과를 상태에 더하고, 상태는 다음 층으로 가요. 거기서 다른 행렬로 모든 것이 다시 시작돼요. 층 탭은 각 층 뒤에 모델이 무슨 말을 할지 보여 줘요.</translation>
    </message>
    <message>
        <source>State after the layer</source>
        <translation>층 뒤의 상태</translation>
    </message>
    <message>
        <source>A score for every token there is</source>
        <translation>모든 토큰에 점수 하나씩</translation>
    </message>
    <message>
        <source>After the last layer the state is compared with one row for every token of the vocabulary. The scores are called logits. Softmax makes probabilities of them, as it did in attention.</source>
        <translation>마지막 층 뒤에 상태를 어휘의 토큰마다 있는 줄과 견줘요. 이 점수를 로짓이라고 해요. 어텐션에서처럼 소프트맥스가 확률로 만들어요.</translation>
    </message>
    <message>
        <source>The highest logits</source>
        <translation>가장 높은 로짓</translation>
    </message>
    <message>
        <source>Draw the next token</source>
        <translation>다음 토큰 뽑기</translation>
    </message>
    <message>
        <source>Samplers cut off unlikely tokens and make the rest flatter or steeper (temperature). Then one is drawn, like with a loaded die. The drawn token goes in at the top, and all of this happens again for the one after it.</source>
        <translation>샘플러가 나올 법하지 않은 토큰을 잘라 내고 나머지를 더 고르게 또는 더 뾰족하게 만들어요(온도). 그런 다음 무게가 다른 주사위를 던지듯 하나를 뽑아요. 뽑힌 토큰이 맨 위로 들어가고, 그다음 토큰을 위해 이 모든 일이 다시 일어나요.</translation>
    </message>
    <message>
        <source>Probabilities after your samplers</source>
        <translation>샘플러를 거친 확률</translation>
    </message>
    <message>
        <source>Bring it to size (norm)</source>
        <translation>크기 맞추기(정규화)</translation>
    </message>
    <message>
        <source>State, normed</source>
        <translation>상태, 정규화한 것</translation>
    </message>
    <message>
        <source>Bring it to size again</source>
        <translation>다시 크기 맞추기</translation>
    </message>
    <message>
        <source>After the last layer</source>
        <translation>마지막 층 뒤</translation>
    </message>
    <message>
        <source>The other layers did the same in their turn. What the last one leaves is normed a last time. It no longer says what the token was, but what should come next.</source>
        <translation>다른 층들도 차례로 같은 일을 했어요. 마지막 층이 남긴 것을 마지막으로 한 번 정규화해요. 이제 이것은 그 토큰이 무엇이었는지가 아니라 다음에 무엇이 와야 하는지를 말해요.</translation>
    </message>
    <message>
        <source>State after the last layer</source>
        <translation>마지막 층 뒤의 상태</translation>
    </message>
</context>
<context>
    <name>StepsTab</name>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Show the steps</source>
        <translation>단계 보기</translation>
    </message>
    <message>
        <source>The model reads the sentence…</source>
        <translation>모델이 문장을 읽는 중…</translation>
    </message>
    <message>
        <source>The model computes every step…</source>
        <translation>모델이 모든 단계를 계산하는 중…</translation>
    </message>
    <message>
        <source>Choose an example, or a token of a reply: this shows how a token becomes the next one.</source>
        <translation>예문이나 답의 토큰을 고르세요. 토큰 하나에서 다음 토큰이 어떻게 나오는지 보여 드려요.</translation>
    </message>
    <message>
        <source>How “{token}” came about: the token before it, from its row of numbers to the next token.</source>
        <translation>“{token}”이(가) 나온 과정: 바로 앞 토큰이 숫자 한 줄에서 다음 토큰이 되기까지.</translation>
    </message>
    <message>
        <source>The way of “{token}”, from its row of numbers to the next token.</source>
        <translation>“{token}”의 길: 숫자 한 줄에서 다음 토큰까지.</translation>
    </message>
    <message>
        <source>Read again in a context of its own: flash attention off, {kv} KV cache. Weights are the file’s, dequantized; products of matrices differ because the model rounds what it multiplies.</source>
        <translation>따로 만든 컨텍스트에서 다시 읽었어요: 플래시 어텐션 꺼짐, {kv} KV 캐시. 가중치는 파일의 것을 양자화에서 되돌렸어요. 모델은 곱하는 수를 반올림하므로 행렬 곱이 조금 달라요.</translation>
    </message>
    <message>
        <source>Same word, two meanings</source>
        <translation>같은 낱말, 두 가지 뜻</translation>
    </message>
    <message>
        <source>Compare what a word becomes in different sentences</source>
        <translation>서로 다른 문장에서 낱말이 무엇이 되는지 비교</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
</context>
<context>
    <name>SummaryLine</name>
    <message>
        <source>{tokens} tokens · perplexity {perplexity} · {bits} bits/token · {share} % first choices</source>
        <translation>토큰 {tokens}개 · 퍼플렉시티 {perplexity} · 토큰당 {bits}비트 · 첫 선택 {share} %</translation>
    </message>
    <message>
        <source>Go to token {number}, {bits} bits</source>
        <translation>{number}번째 토큰으로 가기, {bits}비트</translation>
    </message>
    <message>
        <source>Surprising token {text}, {bits} bits</source>
        <translation>놀라운 토큰 {text}, {bits}비트</translation>
    </message>
    <message>
        <source>Perplexity is 2 to the mean surprisal: as if the model had chosen among so many equal tokens each time</source>
        <translation>퍼플렉시티는 2의 평균 놀람도 제곱이에요. 모델이 매번 그만큼의 똑같은 토큰 가운데 고른 것과 같아요</translation>
    </message>
    <message>
        <source>Most surprising:</source>
        <translation>가장 놀라운 토큰:</translation>
    </message>
    <message>
        <source>Surprising token</source>
        <translation>놀라운 토큰</translation>
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
    <name>TextResult</name>
    <message>
        <source>{bits} bits in all</source>
        <translation>모두 {bits}비트</translation>
    </message>
    <message>
        <source>{bits} per byte</source>
        <translation>바이트당 {bits}</translation>
    </message>
    <message>
        <source>{bits} per character</source>
        <translation>글자당 {bits}</translation>
    </message>
    <message>
        <source>perplexity {perplexity} ± {error}</source>
        <translation>퍼플렉시티 {perplexity} ± {error}</translation>
    </message>
    <message>
        <source>not counted: {count}</source>
        <translation>세지 않음: {count}</translation>
    </message>
    <message>
        <source>the first {count} tokens are shown, an exported table has all</source>
        <translation>처음 {count}개 토큰만 보여요. 내보낸 표에는 모두 있어요</translation>
    </message>
    <message>
        <source>Expected: {tokens}</source>
        <translation>예상한 토큰: {tokens}</translation>
    </message>
    <message>
        <source>Tokens of the text</source>
        <translation>글의 토큰</translation>
    </message>
</context>
<context>
    <name>TextSource</name>
    <message>
        <source>Open a text</source>
        <translation>글 열기</translation>
    </message>
    <message>
        <source>Texts (*.txt *.md *.csv *.json *.py);;All files (*)</source>
        <translation>글 (*.txt *.md *.csv *.json *.py);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>붙여 넣은 글</translation>
    </message>
    <message>
        <source>{name} · {count} characters</source>
        <translation>{name} · {count}자</translation>
    </message>
    <message>
        <source>Type or paste a text, or open a file</source>
        <translation>글을 쓰거나 붙여 넣거나 파일을 여세요</translation>
    </message>
    <message>
        <source>Text to score</source>
        <translation>채점할 글</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>파일 열기…</translation>
    </message>
    <message>
        <source>Take this text away</source>
        <translation>이 글 치우기</translation>
    </message>
</context>
<context>
    <name>TextTab</name>
    <message>
        <source>Text</source>
        <translation>글</translation>
    </message>
    <message>
        <source>Scored with the LoRA adapters {names}</source>
        <translation>LoRA 어댑터 {names}(으)로 점수를 매겼어요</translation>
    </message>
    <message>
        <source>This chat&apos;s LoRA adapters are used: {names}</source>
        <translation>이 대화의 LoRA 어댑터를 써요: {names}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>다시 시작</translation>
    </message>
    <message>
        <source>Score the text</source>
        <translation>글 채점하기</translation>
    </message>
    <message>
        <source>Load a model to score a text.</source>
        <translation>글을 채점하려면 모델을 불러오세요.</translation>
    </message>
    <message>
        <source>A reply is being written. The text is read when it is done.</source>
        <translation>답을 쓰는 중이에요. 다 쓰면 글을 읽어요.</translation>
    </message>
    <message>
        <source>{done} of {total} tokens</source>
        <translation>토큰 {done}/{total}</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>Stopped after {done} of {total} tokens.</source>
        <translation>토큰 {total}개 중 {done}개에서 멈췄어요.</translation>
    </message>
    <message>
        <source>Interrupted by a reply after {done} of {total} tokens.</source>
        <translation>답을 쓰느라 토큰 {total}개 중 {done}개에서 중단됐어요.</translation>
    </message>
    <message>
        <source>Each token after all before it</source>
        <translation>토큰마다 앞의 모든 글을 보고</translation>
    </message>
    <message>
        <source>As llama.cpp&apos;s perplexity program</source>
        <translation>llama.cpp의 perplexity 프로그램처럼</translation>
    </message>
    <message>
        <source>How to score the text</source>
        <translation>채점 방법</translation>
    </message>
    <message>
        <source>llama.cpp&apos;s program cuts the text into pieces of the context&apos;s length and counts the second half of each, so its perplexity is higher</source>
        <translation>llama.cpp의 프로그램은 글을 컨텍스트 길이로 잘라 각 조각의 뒤쪽 절반만 세기 때문에 퍼플렉시티가 더 높아요</translation>
    </message>
    <message>
        <source>Every token of the text is coloured by its surprisal: how little the model expected it after what stands before it. The perplexity sums that up: as if the model had to choose among so many equally likely tokens each time. The lower it is, the better the model knows texts like this one.</source>
        <translation>글의 모든 토큰에 놀람도로 색을 입혀요. 놀람도는 앞의 글을 보고 모델이 그 토큰을 얼마나 뜻밖으로 여겼는지예요. 퍼플렉시티는 그것을 하나로 모은 값으로, 모델이 매번 그만큼의 똑같이 그럴듯한 토큰 가운데 골라야 했던 것과 같아요. 낮을수록 모델이 이런 글을 잘 아는 거예요.</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>컨텍스트</translation>
    </message>
    <message>
        <source>Context length in tokens</source>
        <translation>컨텍스트 길이(토큰)</translation>
    </message>
    <message>
        <source>usual</source>
        <translation>기본값</translation>
    </message>
    <message>
        <source>Tokens the model reads at most; usual is the context of the chat, or 512 as llama.cpp&apos;s program has</source>
        <translation>모델이 한 번에 읽는 최대 토큰 수예요. 기본값은 대화의 컨텍스트이거나, llama.cpp 프로그램처럼 512예요</translation>
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
    <name>TokenBox</name>
    <message>
        <source>There is none.</source>
        <translation>없어요.</translation>
    </message>
    <message>
        <source>The one in HF_TOKEN of the environment is used.</source>
        <translation>환경 변수 HF_TOKEN에 있는 것을 써요.</translation>
    </message>
    <message>
        <source>Signed in as {name}. The token is in the keyring of this computer.</source>
        <translation>{name}(으)로 로그인했어요. 토큰은 이 컴퓨터의 키링에 있어요.</translation>
    </message>
    <message>
        <source>Signed in as {name}, until ChatApp is closed.</source>
        <translation>ChatApp을 닫을 때까지 {name}(으)로 로그인돼 있어요.</translation>
    </message>
    <message>
        <source>Asking {host} whose it is…</source>
        <translation>{host}에 누구의 토큰인지 묻는 중…</translation>
    </message>
    <message>
        <source>The environment decides, instead of the settings here:</source>
        <translation>여기 설정 대신 환경 변수를 따라요:</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>액세스 토큰</translation>
    </message>
    <message>
        <source>Check and keep</source>
        <translation>확인하고 보관</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Make one…</source>
        <translation>만들기…</translation>
    </message>
    <message>
        <source>Only models whose authors want to be asked first need one. It is kept in the keyring of this computer, never in a file, and sent to this hub only.</source>
        <translation>만든 사람의 승인이 필요한 모델에만 써요. 파일이 아니라 이 컴퓨터의 키링에 보관하고, 이 허브에만 보내요.</translation>
    </message>
</context>
<context>
    <name>TokenCard</name>
    <message>
        <source>not written yet</source>
        <translation>아직 쓰지 않음</translation>
    </message>
    <message>
        <source>{weight} of the attention</source>
        <translation>어텐션의 {weight}</translation>
    </message>
    <message>
        <source>Nothing came before it</source>
        <translation>앞에 아무것도 없어요</translation>
    </message>
    <message>
        <source>{probability} · rank {rank}</source>
        <translation>{probability} · {rank}순위</translation>
    </message>
    <message>
        <source>{count} tokens together</source>
        <translation>토큰 {count}개 함께</translation>
    </message>
    <message>
        <source>all others</source>
        <translation>나머지 전부</translation>
    </message>
</context>
<context>
    <name>TokenLine</name>
    <message>
        <source>token {number} of {total}</source>
        <translation>토큰 {number}/{total}</translation>
    </message>
    <message>
        <source>, {part}/{parts} of {character}</source>
        <translation>, {character}의 {part}/{parts}</translation>
    </message>
    <message>
        <source>tokens {first}–{last} of {total}, below the first</source>
        <translation>토큰 {first}–{last}/{total}, 아래는 첫 토큰</translation>
    </message>
    <message>
        <source>probability {percent}</source>
        <translation>확률 {percent}</translation>
    </message>
    <message>
        <source>rank {rank}</source>
        <translation>{rank}순위</translation>
    </message>
    <message>
        <source>Nothing came before it, so the model had no say in it.</source>
        <translation>앞에 아무것도 없어서 모델이 정한 것이 아니에요.</translation>
    </message>
    <message>
        <source>together {percent} · {surprisal} bits surprisal · entropy up to {entropy} · rank up to {rank}</source>
        <translation>합쳐서 {percent} · 놀람도 {surprisal}비트 · 엔트로피 최대 {entropy} · 순위 최대 {rank}</translation>
    </message>
    <message>
        <source>{percent} · {surprisal} bits surprisal · {entropy} bits entropy · rank {rank}</source>
        <translation>{percent} · 놀람도 {surprisal}비트 · 엔트로피 {entropy}비트 · {rank}순위</translation>
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
    <name>TokensTab</name>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Point at a token to see what else could have come, or choose one with the arrow keys.</source>
        <translation>토큰을 가리키면 대신 올 수 있었던 토큰을 볼 수 있어요. 화살표 키로 골라도 돼요.</translation>
    </message>
    <message>
        <source>The first token of a text is not predicted: there is nothing before it.</source>
        <translation>글의 첫 토큰은 예측하지 않아요. 앞에 아무것도 없으니까요.</translation>
    </message>
    <message>
        <source>Branch from here</source>
        <translation>여기서 갈래 만들기</translation>
    </message>
    <message>
        <source>Write another reply that begins with exactly these tokens; this one is kept</source>
        <translation>바로 이 토큰들로 시작하는 다른 답을 써요. 이 답은 그대로 남아요</translation>
    </message>
    <message>
        <source>Type a token…</source>
        <translation>토큰 쓰기…</translation>
    </message>
    <message>
        <source>Write another reply that goes on here with what you type</source>
        <translation>여기서부터 직접 쓴 글로 이어지는 다른 답을 써요</translation>
    </message>
    <message>
        <source>Whole prompt</source>
        <translation>프롬프트 전체</translation>
    </message>
    <message>
        <source>Also show the system prompt, earlier messages and the template&apos;s own tokens</source>
        <translation>시스템 프롬프트, 앞선 메시지, 템플릿의 토큰도 보여 줘요</translation>
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
        <source>After {days} days in the trash a conversation is deleted for good.</source>
        <translation>휴지통에 넣은 지 {days}일이 지나면 대화가 완전히 삭제돼요.</translation>
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
    <name>TreeItemModel</name>
    <message>
        <source>shown in the chat</source>
        <translation>대화에 보임</translation>
    </message>
    <message>
        <source>You: {text}</source>
        <translation>나: {text}</translation>
    </message>
    <message>
        <source>Reply: {text}</source>
        <translation>답: {text}</translation>
    </message>
    <message>
        <source>System: {text}</source>
        <translation>시스템: {text}</translation>
    </message>
</context>
<context>
    <name>TreeTab</name>
    <message>
        <source>Tree</source>
        <translation>나무</translation>
    </message>
    <message>
        <source>1 message</source>
        <translation>메시지 1개</translation>
    </message>
    <message>
        <source>{count} messages</source>
        <translation>메시지 {count}개</translation>
    </message>
    <message>
        <source>1 branch</source>
        <translation>갈래 1개</translation>
    </message>
    <message>
        <source>{count} branches</source>
        <translation>갈래 {count}개</translation>
    </message>
    <message>
        <source>Nothing has been said yet</source>
        <translation>아직 나눈 말이 없어요</translation>
    </message>
    <message>
        <source>Tree of the conversation</source>
        <translation>대화의 나무</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>Two replies token by token: where they part and how far they drift</source>
        <translation>두 답을 토큰마다 비교해요: 어디서 갈라지고 얼마나 멀어지는지</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>작게</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>크게</translation>
    </message>
    <message>
        <source>● you  ○ reply. Click to show a branch, Ctrl+click a second reply to compare.</source>
        <translation>● 나  ○ 답. 누르면 그 갈래를 보고, 다른 답을 Ctrl+클릭하면 비교해요.</translation>
    </message>
</context>
<context>
    <name>Unsaved</name>
    <message>
        <source>Not everything is saved yet. Close anyway?</source>
        <translation>아직 다 저장되지 않았어요. 그래도 닫을까요?</translation>
    </message>
    <message>
        <source>If you close it now, what is not saved is lost. As soon as everything is saved, the window closes by itself.</source>
        <translation>지금 닫으면 저장되지 않은 것은 사라져요. 모두 저장되면 창이 저절로 닫혀요.</translation>
    </message>
    <message>
        <source>Close anyway</source>
        <translation>그래도 닫기</translation>
    </message>
    <message>
        <source>Keep open</source>
        <translation>열어 두기</translation>
    </message>
</context>
<context>
    <name>UpdateDialog</name>
    <message>
        <source>ChatApp {version} is available</source>
        <translation>ChatApp {version}이 나왔어요</translation>
    </message>
    <message>
        <source>You have {version}. Your conversations, settings and models stay when you install the new one.</source>
        <translation>지금은 {version}이에요. 새 버전을 설치해도 대화와 설정, 모델은 그대로 남아요.</translation>
    </message>
    <message>
        <source>You have the newest version</source>
        <translation>최신 버전이에요</translation>
    </message>
    <message>
        <source>ChatApp {version}</source>
        <translation>ChatApp {version}</translation>
    </message>
    <message>
        <source>Looking for new versions…</source>
        <translation>새 버전을 찾는 중…</translation>
    </message>
    <message>
        <source>New versions</source>
        <translation>새 버전</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>새로운 점</translation>
    </message>
    <message>
        <source>Open the download page</source>
        <translation>내려받기 페이지 열기</translation>
    </message>
    <message>
        <source>Opens in your browser</source>
        <translation>브라우저에서 열려요</translation>
    </message>
    <message>
        <source>Skip this version</source>
        <translation>이 버전 건너뛰기</translation>
    </message>
    <message>
        <source>You are told of the one after it again</source>
        <translation>그다음 버전부터 다시 알려 드려요</translation>
    </message>
</context>
<context>
    <name>VerifyLine</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Verify this picture</source>
        <translation>이 그림 확인</translation>
    </message>
    <message>
        <source>Token {number} is read again without flash attention…</source>
        <translation>토큰 {number}을(를) 플래시 어텐션 없이 다시 읽는 중…</translation>
    </message>
    <message>
        <source>Each bar is the head of a layer that differs most; a click looks at it.</source>
        <translation>막대 하나가 그 층에서 가장 다른 헤드예요. 누르면 그 헤드를 봐요.</translation>
    </message>
    <message>
        <source>{head} differs most in its layer: by {value}</source>
        <translation>{head}: 그 층에서 가장 달라요. 차이 {value}</translation>
    </message>
    <message>
        <source>Read the text once more, in a second context without flash attention, and compare the weights</source>
        <translation>플래시 어텐션이 없는 두 번째 컨텍스트에서 글을 한 번 더 읽고 가중치를 비교해요</translation>
    </message>
    <message>
        <source>How much has been read</source>
        <translation>읽은 정도</translation>
    </message>
    <message>
        <source>Largest difference in every layer</source>
        <translation>층마다 가장 큰 차이</translation>
    </message>
</context>
<context>
    <name>WhatIf</name>
    <message>
        <source>{heads} gave “{source}” {weight} of its attention.</source>
        <translation>{heads}: “{source}”에 어텐션의 {weight}을(를) 줬어요.</translation>
    </message>
    <message>
        <source>{heads} gave “{source}” {weight} of their attention (mean).</source>
        <translation>{heads}: “{source}”에 어텐션의 {weight}을(를) 줬어요(평균).</translation>
    </message>
    <message>
        <source>What is hidden got {share} of the attention (mean of all heads).</source>
        <translation>가린 부분은 어텐션의 {share}을(를) 받고 있었어요(모든 헤드 평균).</translation>
    </message>
    <message>
        <source>Muting changed the probability of “{token}” by {points} points.</source>
        <translation>껐더니 “{token}”의 확률이 {points} %p 바뀌었어요.</translation>
    </message>
    <message>
        <source>Hiding it changed the probability of “{token}” by {points} points.</source>
        <translation>가렸더니 “{token}”의 확률이 {points} %p 바뀌었어요.</translation>
    </message>
    <message>
        <source>Both together changed the probability of “{token}” by {points} points.</source>
        <translation>둘을 함께 하니 “{token}”의 확률이 {points} %p 바뀌었어요.</translation>
    </message>
    <message>
        <source>surprisal {before} → {after} bits · rank {rank} → {other} · whole distribution: KL {divergence} bits</source>
        <translation>놀람도 {before} → {after}비트 · 순위 {rank} → {other} · 전체 분포: KL {divergence}비트</translation>
    </message>
    <message>
        <source>when it was written: {percent} (other batches, other rounding)</source>
        <translation>쓸 때: {percent}(배치가 달라 반올림도 달라요)</translation>
    </message>
    <message>
        <source>{count} heads</source>
        <translation>헤드 {count}개</translation>
    </message>
    <message>
        <source>{head} · muting it: {change} bits · KL {divergence} bits · looks most at “{source}”: {weight}</source>
        <translation>{head} · 끄면: {change}비트 · KL {divergence}비트 · 가장 많이 보는 것 “{source}”: {weight}</translation>
    </message>
</context>
<context>
    <name>WhatIfChange</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Choose heads, or drag over what the tokens after it shall not see.</source>
        <translation>헤드를 고르거나, 뒤의 토큰이 보지 못하게 할 부분을 끌어서 고르세요.</translation>
    </message>
    <message>
        <source>Drag over tokens to hide them; a click takes them back.</source>
        <translation>토큰을 끌어서 가리고, 누르면 되돌려요.</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>tokens {start} to {end}</source>
        <translation>토큰 {start}~{end}</translation>
    </message>
    <message>
        <source>Likeliest</source>
        <translation>최고 확률</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>전</translation>
    </message>
    <message>
        <source>After</source>
        <translation>후</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>변화(%p)</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>순위</translation>
    </message>
    <message>
        <source>There is no head “{text}”. Layer and head are numbers, such as 5.2.</source>
        <translation>“{text}” 헤드는 없어요. 층과 헤드는 5.2처럼 숫자로 써요.</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>끌 헤드</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>가릴 부분</translation>
    </message>
    <message>
        <source>heads, such as 5.2, 7.* or those you choose</source>
        <translation>헤드, 예: 5.2, 7.* 또는 고른 것</translation>
    </message>
    <message>
        <source>Heads to mute: layer.head, layer.* for all of a layer</source>
        <translation>끌 헤드: 층.헤드, 한 층 전부는 층.*</translation>
    </message>
    <message>
        <source>at this token</source>
        <translation>이 토큰에서만</translation>
    </message>
    <message>
        <source>everywhere</source>
        <translation>모든 곳에서</translation>
    </message>
    <message>
        <source>Where the heads are muted</source>
        <translation>헤드를 끄는 곳</translation>
    </message>
    <message>
        <source>What is hidden</source>
        <translation>가린 부분</translation>
    </message>
    <message>
        <source>Conversation, to mark what is hidden</source>
        <translation>가릴 부분을 표시할 대화</translation>
    </message>
    <message>
        <source>Likeliest tokens before and after</source>
        <translation>전과 후에 가장 나올 법한 토큰</translation>
    </message>
</context>
<context>
    <name>WhatIfPage</name>
    <message>
        <source>Mute or hide</source>
        <translation>끄거나 가리기</translation>
    </message>
    <message>
        <source>Heads that mattered</source>
        <translation>중요했던 헤드</translation>
    </message>
    <message>
        <source>Ways to ask what if</source>
        <translation>만약에를 묻는 방법</translation>
    </message>
    <message>
        <source>How far it is</source>
        <translation>진행 정도</translation>
    </message>
</context>
<context>
    <name>WhatIfSweep</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Try every head</source>
        <translation>모든 헤드 시험</translation>
    </message>
    <message>
        <source>Muting each head… {percent} %</source>
        <translation>헤드를 하나씩 끄는 중… {percent} %</translation>
    </message>
    <message>
        <source>Which heads mattered for this token? Each is muted by itself, and the change is measured.</source>
        <translation>이 토큰에 어느 헤드가 중요했을까요? 하나씩 꺼 보고 변화를 재요.</translation>
    </message>
    <message>
        <source>Stopped after {done} of {total} heads.</source>
        <translation>헤드 {total}개 중 {done}개에서 멈췄어요.</translation>
    </message>
    <message>
        <source>{total} heads, each muted at this token only. Half of them change less than {half} bits: no colour.</source>
        <translation>헤드 {total}개를 하나씩 이 토큰에서만 껐어요. 절반은 {half}비트도 바꾸지 않아서 색이 없어요.</translation>
    </message>
    <message>
        <source>muting it changes what comes next</source>
        <translation>끄면 다음에 올 것이 바뀜</translation>
    </message>
    <message>
        <source>without it: likelier</source>
        <translation>끄면 더 나올 법함</translation>
    </message>
    <message>
        <source>without it: less likely</source>
        <translation>끄면 덜 나올 법함</translation>
    </message>
    <message>
        <source>Attention is not explanation: how hard a head looks at its top source and how much it matters go together by {number} here (rank correlation; 1 would be always, 0 not at all).</source>
        <translation>어텐션은 설명이 아니에요. 여기서 헤드가 가장 많이 보는 것을 얼마나 세게 보는지와 그 헤드가 얼마나 중요한지는 {number}만큼만 함께 가요(순위 상관. 1이면 늘 함께, 0이면 전혀 무관).</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>Looks most at</source>
        <translation>가장 많이 보는 것</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Change (bits)</source>
        <translation>변화(비트)</translation>
    </message>
    <message>
        <source>KL (bits)</source>
        <translation>KL(비트)</translation>
    </message>
    <message>
        <source>Probability of the token</source>
        <translation>토큰의 확률</translation>
    </message>
    <message>
        <source>Whole distribution (KL)</source>
        <translation>전체 분포(KL)</translation>
    </message>
    <message>
        <source>Colour heads by</source>
        <translation>헤드 색 기준</translation>
    </message>
    <message>
        <source>no attention in this layer</source>
        <translation>이 층에는 어텐션이 없어요</translation>
    </message>
    <message>
        <source>Effect of every head</source>
        <translation>모든 헤드의 효과</translation>
    </message>
    <message>
        <source>The heads that mattered most</source>
        <translation>가장 중요했던 헤드</translation>
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
        <source>&amp;Models…</source>
        <translation>모델(&amp;M)…</translation>
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
        <source>Save as &amp;Markdown…</source>
        <translation>마크다운으로 저장(&amp;M)…</translation>
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
        <source>&amp;Inspector</source>
        <translation>검사기(&amp;I)</translation>
    </message>
    <message>
        <source>Show &amp;token colours in the chat</source>
        <translation>대화에 토큰 색 보이기(&amp;T)</translation>
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
        <source>Check for &amp;new versions…</source>
        <translation>새 버전 확인(&amp;N)…</translation>
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
    <message>
        <source>See what is new</source>
        <translation>새로운 점 보기</translation>
    </message>
    <message>
        <source>Look once a day</source>
        <translation>하루에 한 번 확인</translation>
    </message>
    <message>
        <source>No, thank you</source>
        <translation>아니요</translation>
    </message>
    <message>
        <source>Open in chat</source>
        <translation>대화에서 열기</translation>
    </message>
    <message>
        <source>Show downloads</source>
        <translation>내려받기 보기</translation>
    </message>
</context>
<context>
    <name>curated</name>
    <message>
        <source>The smallest that holds a conversation; ideal for looking inside, not for facts.</source>
        <translation>대화가 되는 가장 작은 모델이에요. 안을 들여다보기에 좋고, 사실을 묻기에는 맞지 않아요.</translation>
    </message>
    <message>
        <source>Quick answers in good English, also on an old computer.</source>
        <translation>오래된 컴퓨터에서도 좋은 영어로 빠르게 답해요.</translation>
    </message>
    <message>
        <source>Made by LG for Korean and English; small, but it writes natural Korean.</source>
        <translation>LG가 한국어와 영어를 위해 만들었어요. 작지만 한국어가 자연스러워요.</translation>
    </message>
    <message>
        <source>Made by Kakao for Korean and English, and free for any use.</source>
        <translation>카카오가 한국어와 영어를 위해 만들었고, 어떤 용도로든 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>The best all-rounder of its size: it can think before it answers, in many languages.</source>
        <translation>이 크기에서 가장 두루 잘해요. 여러 언어로, 답하기 전에 생각할 수 있어요.</translation>
    </message>
    <message>
        <source>Pleasant prose and good translations, also into Korean.</source>
        <translation>글이 매끄럽고 번역을 잘해요. 한국어로도요.</translation>
    </message>
    <message>
        <source>A daily companion for questions, texts and code; thinks when the task is hard.</source>
        <translation>질문, 글, 코드에 날마다 쓸 만해요. 어려운 일에는 생각하고 답해요.</translation>
    </message>
    <message>
        <source>Made by LG for Korean and English, with natural Korean; for research and private use.</source>
        <translation>LG가 한국어와 영어를 위해 만들었고 한국어가 자연스러워요. 연구와 개인 용도로만 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>A classic that many studies look into; strong in English, free for nearly any use.</source>
        <translation>많은 연구가 들여다보는 고전이에요. 영어에 강하고 거의 모든 용도에 자유로워요.</translation>
    </message>
    <message>
        <source>Made by LG for Korean, English and Spanish; large, and for research and private use.</source>
        <translation>LG가 한국어, 영어, 스페인어를 위해 만들었어요. 크고, 연구와 개인 용도로만 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>Careful writing and translation in many languages, if you can wait for it.</source>
        <translation>조금 기다릴 수 있다면 여러 언어로 꼼꼼하게 쓰고 번역해요.</translation>
    </message>
    <message>
        <source>Clearly better at reasoning and code than 8B; a graphics card makes it quick.</source>
        <translation>추론과 코드가 8B보다 확실히 나아요. 그래픽 카드가 있으면 빨라요.</translation>
    </message>
    <message>
        <source>OpenAI&apos;s open model; it uses a sixth of its weights for each token and so answers fast.</source>
        <translation>OpenAI의 공개 모델이에요. 토큰마다 가중치의 6분의 1만 써서 빨리 답해요.</translation>
    </message>
    <message>
        <source>As knowing as a large model and nearly as fast as a 3B one, also without a graphics card.</source>
        <translation>큰 모델만큼 알면서 3B 모델만큼 빨라요. 그래픽 카드가 없어도요.</translation>
    </message>
</context>
<context>
    <name>downloads</name>
    <message>
        <source>Pause</source>
        <translation>일시정지</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어 받기</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Cancel download</source>
        <translation>내려받기 취소</translation>
    </message>
    <message>
        <source>Remove from this list</source>
        <translation>이 목록에서 빼기</translation>
    </message>
    <message>
        <source>Open in chat</source>
        <translation>대화에서 열기</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>폴더에서 보기</translation>
    </message>
    <message>
        <source>Open the model&apos;s page</source>
        <translation>모델 페이지 열기</translation>
    </message>
    <message>
        <source>Access token…</source>
        <translation>액세스 토큰…</translation>
    </message>
    <message>
        <source>Network settings…</source>
        <translation>네트워크 설정…</translation>
    </message>
    <message>
        <source>Download folder…</source>
        <translation>내려받을 폴더…</translation>
    </message>
    <message>
        <source>Waits for its turn</source>
        <translation>차례를 기다려요</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>일시정지</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>{repo} · {count} files</source>
        <translation>{repo} · 파일 {count}개</translation>
    </message>
    <message>
        <source>Waits: offline mode is on</source>
        <translation>기다림: 오프라인 모드가 켜져 있어요</translation>
    </message>
    <message>
        <source>Checks what is here already</source>
        <translation>이미 받은 부분을 확인하는 중</translation>
    </message>
    <message>
        <source>No connection; goes on by itself</source>
        <translation>연결이 없어요. 저절로 이어 받아요</translation>
    </message>
    <message>
        <source>Interrupted; tries again by itself</source>
        <translation>끊겼어요. 저절로 다시 시도해요</translation>
    </message>
    <message>
        <source>Waits for the server</source>
        <translation>서버를 기다려요</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>내려받는 중</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{total} 중 {done}</translation>
    </message>
    <message>
        <source>0 bytes</source>
        <translation>0바이트</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>{seconds}초 남음</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>{minutes}분 남음</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>{hours}시간 {minutes}분 남음</translation>
    </message>
    <message>
        <source>{days} days left</source>
        <translation>{days}일 남음</translation>
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
        <source>Models of the architecture “{architecture}” need an encoder beside them, which ChatApp cannot run.</source>
        <translation>“{architecture}” 구조의 모델은 인코더가 따로 필요한데 ChatApp은 이를 실행할 수 없어요.</translation>
    </message>
    <message>
        <source>Choose a chat model: it reads and writes with one network.</source>
        <translation>하나의 신경망으로 읽고 쓰는 대화 모델을 고르세요.</translation>
    </message>
    <message>
        <source>{path} cannot be loaded: {reason}.</source>
        <translation>{path} 파일을 불러올 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Choose another file of this model, or another model.</source>
        <translation>이 모델의 다른 파일이나 다른 모델을 고르세요.</translation>
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
        <source>The model computes values here that are not numbers, so nothing can be said of them.</source>
        <translation>여기서 모델이 숫자가 아닌 값을 계산해서 아무 말도 할 수 없어요.</translation>
    </message>
    <message>
        <source>Try fewer GPU layers, or download the model file again: it may be damaged.</source>
        <translation>GPU 층을 줄여 보거나 모델 파일을 다시 내려받으세요. 파일이 손상됐을 수 있어요.</translation>
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
        <source>Nothing was recorded of the tokens of this reply, so no branch can begin in it.</source>
        <translation>이 답의 토큰 기록이 없어서 여기서 갈래를 만들 수 없어요.</translation>
    </message>
    <message>
        <source>Regenerate the reply; of the new one every token is recorded.</source>
        <translation>답을 다시 만드세요. 새 답은 모든 토큰이 기록돼요.</translation>
    </message>
    <message>
        <source>Another model wrote this reply ({model}); its tokens may be others to the model that is loaded.</source>
        <translation>이 답은 다른 모델({model})이 썼어요. 지금 모델에서는 토큰이 다를 수 있어요.</translation>
    </message>
    <message>
        <source>Load that model to branch from the reply, or regenerate it.</source>
        <translation>갈래를 만들려면 그 모델을 불러오거나 답을 다시 만드세요.</translation>
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
        <source>It was cancelled.</source>
        <translation>취소됐어요.</translation>
    </message>
    <message>
        <source>Ask again.</source>
        <translation>다시 물어보세요.</translation>
    </message>
    <message>
        <source>{reason}.</source>
        <translation>{reason}.</translation>
    </message>
    <message>
        <source>The conversations in {path} could not be read or written: {reason}.</source>
        <translation>{path} 안의 대화를 읽거나 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Check that the drive they are on is connected, then try again.</source>
        <translation>대화가 있는 드라이브가 연결되어 있는지 확인하고 다시 해 보세요.</translation>
    </message>
    <message>
        <source>The disk is full: nothing more can be written to {path}.</source>
        <translation>디스크가 가득 차서 {path} 위치에 더 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>Free some space, then try again.</source>
        <translation>공간을 비우고 다시 해 보세요.</translation>
    </message>
    <message>
        <source>Check that its folder is there and may be written, or choose another place.</source>
        <translation>폴더가 있고 쓸 수 있는지 확인하거나, 다른 위치를 고르세요.</translation>
    </message>
    <message>
        <source>{path} could not be deleted: {reason}.</source>
        <translation>{path} 파일을 지울 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Close other programs that use it, and check that its folder may be changed.</source>
        <translation>이 파일을 쓰는 다른 프로그램을 닫고, 폴더를 바꿀 수 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>Without it an access token lasts only until ChatApp is closed. Start or unlock the keyring, or enter the token anew each time.</source>
        <translation>키링이 없으면 액세스 토큰은 ChatApp을 닫을 때까지만 남아요. 키링을 켜거나 잠금을 풀거나, 매번 토큰을 다시 넣으세요.</translation>
    </message>
    <message>
        <source>There are no attention weights to show: {reason}.</source>
        <translation>보여 줄 어텐션 가중치가 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Rollout follows attention through all layers for up to {most} tokens with this model; there are {tokens}.</source>
        <translation>이 모델에서 롤아웃은 최대 {most}토큰까지 모든 층을 따라가는데 지금은 {tokens}개예요.</translation>
    </message>
    <message>
        <source>Look at the mean of the heads, or ask in a new conversation.</source>
        <translation>헤드 평균을 보거나 새 대화에서 물어보세요.</translation>
    </message>
    <message>
        <source>Change that and try again.</source>
        <translation>고치고 다시 해 보세요.</translation>
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
        <source>The text has {count} tokens, and at least {needed} are needed.</source>
        <translation>글이 토큰 {count}개인데 적어도 {needed}개가 필요해요.</translation>
    </message>
    <message>
        <source>Take a longer text or a shorter context, or score it continuously.</source>
        <translation>더 긴 글이나 더 짧은 컨텍스트를 쓰거나, 이어서 채점하세요.</translation>
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
        <source>The folder {path} cannot be looked through: {reason}.</source>
        <translation>{path} 폴더를 살펴볼 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Check that it is there and may be read, or take it off the list of folders.</source>
        <translation>폴더가 있고 읽을 수 있는지 확인하거나, 폴더 목록에서 빼세요.</translation>
    </message>
    <message>
        <source>The folder {path} holds more than {count} files; not all were looked at.</source>
        <translation>{path} 폴더에 파일이 {count}개보다 많아서 다 살펴보지 못했어요.</translation>
    </message>
    <message>
        <source>Choose a folder nearer to the models instead.</source>
        <translation>모델에 더 가까운 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>The folder {path} does not answer; models in it may be missing from the list.</source>
        <translation>{path} 폴더가 응답하지 않아요. 그 안의 모델이 목록에 없을 수 있어요.</translation>
    </message>
    <message>
        <source>If it is on a network drive, check the connection, then look again.</source>
        <translation>네트워크 드라이브라면 연결을 확인하고 다시 살펴보세요.</translation>
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
        <source>{path} cannot be used: {reason}.</source>
        <translation>{path} 파일을 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>다른 파일을 고르세요.</translation>
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
    <message>
        <source>{host} cannot be reached: {reason}.</source>
        <translation>{host}에 연결할 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Check the internet connection and the proxy; models on this computer work without it.</source>
        <translation>인터넷 연결과 프록시를 확인하세요. 이 컴퓨터에 있는 모델은 인터넷 없이도 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>{host} did not answer within {seconds} seconds.</source>
        <translation>{host}가 {seconds}초 안에 답하지 않았어요.</translation>
    </message>
    <message>
        <source>Try again in a moment; models on this computer work without it.</source>
        <translation>잠시 뒤에 다시 해 보세요. 이 컴퓨터에 있는 모델은 그대로 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>{host} had too many requests from here and asks for {seconds} seconds of rest.</source>
        <translation>{host}가 요청이 너무 많다며 {seconds}초 쉬어 달라고 해요.</translation>
    </message>
    <message>
        <source>Try again after that; with an access token more requests are allowed.</source>
        <translation>그 뒤에 다시 해 보세요. 액세스 토큰이 있으면 더 많이 요청할 수 있어요.</translation>
    </message>
    <message>
        <source>{host} did not give {name}: {reason}.</source>
        <translation>{host}에서 {name} 파일을 받지 못했어요: {reason}.</translation>
    </message>
    <message>
        <source>Try again later, or choose another model.</source>
        <translation>나중에 다시 하거나 다른 모델을 고르세요.</translation>
    </message>
    <message>
        <source>{host} has no {name}, or it is private.</source>
        <translation>{host}에 {name} 저장소가 없거나 비공개예요.</translation>
    </message>
    <message>
        <source>Check the name; private models need an access token.</source>
        <translation>이름을 확인하세요. 비공개 모델에는 액세스 토큰이 필요해요.</translation>
    </message>
    <message>
        <source>The authors of {name} give it only to people who asked them for access.</source>
        <translation>{name}은(는) 접근을 신청한 사람에게만 공개돼요.</translation>
    </message>
    <message>
        <source>Ask for access on the model&apos;s page, then try again with your access token.</source>
        <translation>모델 페이지에서 접근을 신청한 뒤 액세스 토큰으로 다시 해 보세요.</translation>
    </message>
    <message>
        <source>{host} did not accept the access token.</source>
        <translation>{host}가 액세스 토큰을 받아들이지 않았어요.</translation>
    </message>
    <message>
        <source>Make a new token on your account&apos;s page, or remove the old one.</source>
        <translation>계정 페이지에서 새 토큰을 만들거나 옛 토큰을 지우세요.</translation>
    </message>
    <message>
        <source>The list of ChatApp&apos;s versions at {host} could not be read: {reason}.</source>
        <translation>{host}에서 ChatApp 버전 목록을 읽지 못했어요: {reason}.</translation>
    </message>
    <message>
        <source>Check the internet connection and try again later; everything else works without it.</source>
        <translation>인터넷 연결을 확인하고 나중에 다시 해 보세요. 다른 것은 연결 없이도 다 돼요.</translation>
    </message>
    <message>
        <source>This copy of ChatApp does not know where new versions are announced.</source>
        <translation>이 ChatApp은 새 버전이 어디에 올라오는지 몰라요.</translation>
    </message>
    <message>
        <source>Look for them where you got it.</source>
        <translation>받은 곳에서 확인하세요.</translation>
    </message>
    <message>
        <source>Offline mode is on, so {host} is not asked.</source>
        <translation>오프라인 모드라서 {host}에 묻지 않아요.</translation>
    </message>
    <message>
        <source>Turn it off in the preferences; models on this computer work without the network.</source>
        <translation>환경설정에서 끌 수 있어요. 이 컴퓨터의 모델은 네트워크 없이도 돼요.</translation>
    </message>
    <message>
        <source>The keyring of this computer cannot be used: {reason}.</source>
        <translation>이 컴퓨터의 키링을 쓸 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>The download of {name} broke off: {reason}. What has arrived is kept.</source>
        <translation>{name} 내려받기가 끊겼어요: {reason}. 받은 부분은 남아 있어요.</translation>
    </message>
    <message>
        <source>Resume it when the connection is better.</source>
        <translation>연결이 나아지면 이어서 받으세요.</translation>
    </message>
    <message>
        <source>{name} is not the file that its authors published. It was set aside as {kept} and is not used.</source>
        <translation>{name} 파일이 만든 사람이 올린 파일과 달라요. {kept} 이름으로 따로 두고 쓰지 않아요.</translation>
    </message>
    <message>
        <source>Download it again; if that ends the same way, choose another source.</source>
        <translation>다시 내려받으세요. 또 그러면 다른 곳을 고르세요.</translation>
    </message>
    <message>
        <source>A file called “{name}” cannot be downloaded: {reason}.</source>
        <translation>“{name}” 파일은 내려받을 수 없어요: {reason}.</translation>
    </message>
    <message>
        <source>Choose another file, or another source of this model.</source>
        <translation>다른 파일이나 다른 곳을 고르세요.</translation>
    </message>
    <message>
        <source>{name} needs {needed} more on the disk, and {available} can be used.</source>
        <translation>{name}에는 디스크가 {needed} 더 필요한데 {available}만 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>Free some space or choose another folder, then resume.</source>
        <translation>공간을 비우거나 다른 폴더를 고른 뒤 이어서 받으세요.</translation>
    </message>
    <message>
        <source>{name} is being downloaded already.</source>
        <translation>{name}은(는) 이미 내려받는 중이에요.</translation>
    </message>
    <message>
        <source>Wait for the other download, or stop it.</source>
        <translation>다른 내려받기를 기다리거나 멈추세요.</translation>
    </message>
</context>
<context>
    <name>hub</name>
    <message>
        <source>free for any use, also commercial</source>
        <translation>상업 용도까지 자유롭게</translation>
    </message>
    <message>
        <source>free for any use, with its authors named</source>
        <translation>만든 사람을 밝히면 자유롭게</translation>
    </message>
    <message>
        <source>free for nearly any use; its makers&apos; rules apply, and the largest companies must ask</source>
        <translation>거의 모든 용도에 자유롭게. 만든 곳의 규칙을 따라야 하고, 아주 큰 회사는 허락을 받아야 해요</translation>
    </message>
    <message>
        <source>free to use; Google&apos;s terms forbid some purposes</source>
        <translation>자유롭게 쓸 수 있지만 Google 약관이 일부 용도를 금지해요</translation>
    </message>
    <message>
        <source>for research and private use, not for commercial use</source>
        <translation>연구와 개인 용도로만, 상업 용도는 안 돼요</translation>
    </message>
    <message>
        <source>free to use within its rules</source>
        <translation>규칙 안에서 자유롭게</translation>
    </message>
    <message>
        <source>terms of its own: read them on the model&apos;s page</source>
        <translation>별도 약관: 모델 페이지에서 읽어 보세요</translation>
    </message>
    <message>
        <source>No licence is given: ask the authors before you do more than try it</source>
        <translation>라이선스가 없어요. 시험해 보는 것 이상이라면 만든 사람에게 물어보세요</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>한국어</translation>
    </message>
    <message>
        <source>English</source>
        <translation>영어</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>일본어</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>중국어</translation>
    </message>
    <message>
        <source>German</source>
        <translation>독일어</translation>
    </message>
    <message>
        <source>French</source>
        <translation>프랑스어</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>스페인어</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>포르투갈어</translation>
    </message>
    <message>
        <source>Russian</source>
        <translation>러시아어</translation>
    </message>
    <message>
        <source>Vietnamese</source>
        <translation>베트남어</translation>
    </message>
    <message>
        <source>Chat and text</source>
        <translation>대화와 글</translation>
    </message>
    <message>
        <source>Text about pictures</source>
        <translation>그림 설명</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>번역</translation>
    </message>
    <message>
        <source>Summaries</source>
        <translation>요약</translation>
    </message>
    <message>
        <source>The original weights: large, and hardly better than Q8_0</source>
        <translation>원래 가중치. 크지만 Q8_0보다 나은 점이 거의 없어요</translation>
    </message>
    <message>
        <source>Practically as good as the original</source>
        <translation>사실상 원본과 같아요</translation>
    </message>
    <message>
        <source>Excellent: nearly nothing is lost</source>
        <translation>아주 좋음: 잃는 것이 거의 없어요</translation>
    </message>
    <message>
        <source>Very good: what is lost is hard to notice</source>
        <translation>매우 좋음: 차이를 느끼기 어려워요</translation>
    </message>
    <message>
        <source>Good: the usual balance of size and quality</source>
        <translation>좋음: 크기와 품질의 균형이 좋아 가장 많이 써요</translation>
    </message>
    <message>
        <source>Noticeably weaker, for when memory is short</source>
        <translation>눈에 띄게 약해요. 메모리가 모자랄 때</translation>
    </message>
    <message>
        <source>Much weaker: makes more mistakes and loses the thread</source>
        <translation>많이 약해요: 실수가 늘고 흐름을 놓쳐요</translation>
    </message>
    <message>
        <source>Poor: only for very large models that would not fit otherwise</source>
        <translation>나쁨: 아주 큰 모델을 어떻게든 넣어야 할 때만</translation>
    </message>
    <message>
        <source>Good, in models that were made in this format, such as gpt-oss</source>
        <translation>좋음: gpt-oss처럼 이 형식으로 만든 모델에서</translation>
    </message>
    <message>
        <source>Only for models that were trained for it, such as BitNet</source>
        <translation>BitNet처럼 이 형식으로 학습한 모델에만</translation>
    </message>
    <message>
        <source>Its name does not say how it was quantized</source>
        <translation>이름에 양자화 방식이 나와 있지 않아요</translation>
    </message>
    <message>
        <source>Fits the GPU</source>
        <translation>GPU에 들어감</translation>
    </message>
    <message>
        <source>Fits memory</source>
        <translation>메모리에 들어감</translation>
    </message>
    <message>
        <source>Tight</source>
        <translation>빠듯함</translation>
    </message>
    <message>
        <source>Too big</source>
        <translation>너무 큼</translation>
    </message>
    <message>
        <source>Worked out from the model&apos;s own header.</source>
        <translation>모델 파일의 헤더로 계산했어요.</translation>
    </message>
    <message>
        <source>Estimated from the number of its weights, rather too high than too low.</source>
        <translation>가중치 수로 어림했어요. 모자라지 않게 조금 높여 잡았어요.</translation>
    </message>
    <message>
        <source>own licence</source>
        <translation>자체 라이선스</translation>
    </message>
    <message>
        <source>d MMM yyyy</source>
        <translation>yyyy년 M월 d일</translation>
    </message>
</context>
<context>
    <name>library</name>
    <message>
        <source>{date}: exactly what its authors published</source>
        <translation>{date}: 공개된 그대로예요</translation>
    </message>
    <message>
        <source>{date}: not what its authors published</source>
        <translation>{date}: 공개된 파일과 달라요</translation>
    </message>
    <message>
        <source>{date}: unchanged since the check before</source>
        <translation>{date}: 지난 확인 뒤로 그대로예요</translation>
    </message>
    <message>
        <source>{date}: changed since the check before</source>
        <translation>{date}: 지난 확인 뒤로 바뀌었어요</translation>
    </message>
    <message>
        <source>{date}: checksum noted, nothing to compare it with</source>
        <translation>{date}: 체크섬을 적어 두었어요 (견줄 값 없음)</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>아직</translation>
    </message>
    <message>
        <source>Ollama keeps this model in pieces that it shares between models. Delete it there, with this command:</source>
        <translation>Ollama는 이 모델을 여러 모델이 함께 쓰는 조각으로 보관해요. Ollama에서 이 명령으로 지우세요:</translation>
    </message>
    <message>
        <source>This model lies in the cache of Hugging Face, whose files belong together. Delete it with this command:</source>
        <translation>이 모델은 Hugging Face 캐시에 있고, 그 파일들은 서로 이어져 있어요. 이 명령으로 지우세요:</translation>
    </message>
    <message>
        <source>comes with ChatApp</source>
        <translation>ChatApp에 들어 있음</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>파라미터</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>양자화</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>구조</translation>
    </message>
    <message>
        <source>Trained context</source>
        <translation>학습한 문맥</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>대화 템플릿</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>From</source>
        <translation>어디</translation>
    </message>
    <message>
        <source>Commit</source>
        <translation>커밋</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>출처</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>마지막 사용</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Checked</source>
        <translation>확인</translation>
    </message>
    <message>
        <source>not since it was last changed</source>
        <translation>마지막으로 바뀐 뒤에는 안 했어요</translation>
    </message>
    <message>
        <source>The same model lies in {where}. Deleting a copy frees {size}.</source>
        <translation>같은 모델이 {where}에도 있어요. 사본을 지우면 {size}가 비어요.</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
    </message>
    <message>
        <source>in the file</source>
        <translation>파일에 있음</translation>
    </message>
    <message>
        <source>none in the file; {program}&apos;s own only works there, so a plain one is used</source>
        <translation>파일에 없음. {program} 것은 거기서만 되므로 기본 템플릿을 써요</translation>
    </message>
    <message>
        <source>none in the file; a plain one is used</source>
        <translation>파일에 없어서 기본 템플릿을 써요</translation>
    </message>
</context>
<context>
    <name>line</name>
    <message>
        <source>Token {number} replayed: a single weight differs by up to {largest} ({head}), and on average {moved} of a head&apos;s attention lies elsewhere.</source>
        <translation>토큰 {number}을(를) 다시 실행했어요. 가중치 하나의 차이는 최대 {largest}({head})이고, 헤드 어텐션의 평균 {moved}이(가) 다른 곳에 있어요.</translation>
    </message>
    <message>
        <source>Without flash attention the model computes with other kernels, which makes up to {usual} in late layers: both pictures are true of their own run.</source>
        <translation>플래시 어텐션이 없으면 다른 커널로 계산해서 뒤쪽 층에서 {usual}까지 달라질 수 있어요. 두 그림 모두 저마다의 실행을 그대로 보여 줘요.</translation>
    </message>
    <message>
        <source>That is more than the {usual} that other kernels usually make: look at both with care.</source>
        <translation>커널이 달라서 생기는 보통의 차이 {usual}보다 커요. 둘 다 주의해서 보세요.</translation>
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
        <source>weights {weights}, KV cache {cache} for {context} tokens, attention record {recording}, computing {compute}</source>
        <translation>가중치 {weights}, {context}토큰의 KV 캐시 {cache}, 어텐션 기록 {recording}, 계산 {compute}</translation>
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
        <source>The conversation was moved to the trash.</source>
        <translation>대화를 휴지통으로 옮겼어요.</translation>
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
        <source>ChatApp {version} is available. You have {installed}.</source>
        <translation>ChatApp {version}이 나왔어요. 지금은 {installed}이에요.</translation>
    </message>
    <message>
        <source>Shall ChatApp look for new versions once a day? It reads a public list; nothing about you is sent, and nothing is downloaded. You can change this in the preferences.</source>
        <translation>하루에 한 번 새 버전이 있는지 볼까요? 공개된 목록만 읽어요. 사용자에 대한 것은 보내지 않고, 아무것도 내려받지 않아요. 환경설정에서 바꿀 수 있어요.</translation>
    </message>
    <message>
        <source>“{name}” was written.</source>
        <translation>“{name}” 파일을 저장했어요.</translation>
    </message>
    <message>
        <source>The file of the model you are chatting with is gone: {path}. The chat goes on until the model is unloaded.</source>
        <translation>지금 대화 중인 모델의 파일이 사라졌어요: {path}. 모델을 내리기 전까지는 대화를 계속할 수 있어요.</translation>
    </message>
    <message>
        <source>“{name}” is exactly what its authors published.</source>
        <translation>“{name}”은(는) 만든 사람들이 공개한 그대로예요.</translation>
    </message>
    <message>
        <source>“{name}” is not what its authors published: the file is damaged or was changed. Download it again.</source>
        <translation>“{name}”이(가) 공개된 파일과 달라요. 손상됐거나 바뀌었어요. 다시 내려받으세요.</translation>
    </message>
    <message>
        <source>“{name}” has not changed since the last check. What its authors published is not known here.</source>
        <translation>“{name}”은(는) 지난번 확인 뒤로 바뀌지 않았어요. 만든 사람들이 공개한 값은 여기서 알 수 없어요.</translation>
    </message>
    <message>
        <source>“{name}” has changed since the last check. If that was not you, download it again.</source>
        <translation>“{name}”이(가) 지난번 확인 뒤로 바뀌었어요. 직접 바꾼 것이 아니라면 다시 내려받으세요.</translation>
    </message>
    <message>
        <source>What the authors of “{name}” published is not known here, so there is nothing to compare it with. Its checksum was noted: the next check tells whether the file has changed.</source>
        <translation>“{name}”을(를) 만든 사람들이 공개한 값을 몰라서 견줄 것이 없어요. 체크섬을 적어 두었으니 다음에 확인하면 바뀌었는지 알 수 있어요.</translation>
    </message>
    <message>
        <source>“{name}” was moved to the trash.</source>
        <translation>“{name}”을(를) 휴지통으로 옮겼어요.</translation>
    </message>
    <message>
        <source>“{name}” was deleted.</source>
        <translation>“{name}”을(를) 지웠어요.</translation>
    </message>
    <message>
        <source>Models that are now in ChatApp&apos;s own folder: {count}.</source>
        <translation>ChatApp 폴더로 들어온 모델: {count}개.</translation>
    </message>
    <message>
        <source>There are no models (GGUF files) in what was dropped.</source>
        <translation>끌어 놓은 것 중에 모델(GGUF 파일)이 없어요.</translation>
    </message>
    <message>
        <source>“{name}” is here and ready to chat with.</source>
        <translation>“{name}”을(를) 다 받았어요. 바로 대화할 수 있어요.</translation>
    </message>
    <message>
        <source>Only model files, ending in .gguf, and folders can be dropped here.</source>
        <translation>.gguf로 끝나는 모델 파일과 폴더만 끌어 놓을 수 있어요.</translation>
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
    <message>
        <source>it is larger than {high} MB</source>
        <translation>{high} MB보다 커요</translation>
    </message>
    <message>
        <source>it is not a text file</source>
        <translation>텍스트 파일이 아니에요</translation>
    </message>
    <message>
        <source>attention is not recorded in this chat</source>
        <translation>이 대화에서는 어텐션을 기록하지 않아요</translation>
    </message>
    <message>
        <source>the memory set aside for it does not hold as many tokens</source>
        <translation>기록용 메모리에 그만큼의 토큰이 들어가지 않아요</translation>
    </message>
    <message>
        <source>this model has no attention layers</source>
        <translation>이 모델에는 어텐션 층이 없어요</translation>
    </message>
    <message>
        <source>this chat runs without flash attention, which the recording needs</source>
        <translation>이 대화는 기록에 필요한 플래시 어텐션 없이 실행돼요</translation>
    </message>
    <message>
        <source>Token {token} is not in the vocabulary of {count} tokens</source>
        <translation>{token}번 토큰은 토큰 {count}개짜리 어휘에 없어요</translation>
    </message>
    <message>
        <source>The layers of this model cannot be read one by one</source>
        <translation>이 모델의 층은 하나씩 읽을 수 없어요</translation>
    </message>
    <message>
        <source>“{name}” must lie between {low} and {high}</source>
        <translation>“{name}” 값은 {low}에서 {high} 사이여야 해요</translation>
    </message>
    <message>
        <source>There is no head {head} in layer {layer}</source>
        <translation>{layer}번 층에는 {head}번 헤드가 없어요</translation>
    </message>
    <message>
        <source>The first token and the last one cannot be hidden</source>
        <translation>첫 토큰과 마지막 토큰은 가릴 수 없어요</translation>
    </message>
    <message>
        <source>Layers without attention would see what is hidden all the same</source>
        <translation>어텐션이 없는 층은 가린 것도 그대로 보게 돼요</translation>
    </message>
    <message>
        <source>The first token to score must lie between 0 and {high}</source>
        <translation>채점을 시작할 토큰은 0에서 {high} 사이여야 해요</translation>
    </message>
    <message>
        <source>The method is one of {choices}</source>
        <translation>방법은 {choices} 가운데 하나예요</translation>
    </message>
    <message>
        <source>The context length must lie between {low} and {high} tokens</source>
        <translation>컨텍스트 길이는 {low}에서 {high} 토큰 사이여야 해요</translation>
    </message>
    <message>
        <source>The model gives this text no probability</source>
        <translation>모델이 이 글에 확률을 주지 않아요</translation>
    </message>
    <message>
        <source>its answer cannot be understood</source>
        <translation>응답을 알아볼 수 없어요</translation>
    </message>
    <message>
        <source>the server is silent</source>
        <translation>서버가 응답하지 않아요</translation>
    </message>
    <message>
        <source>the server points to an address that is not secure</source>
        <translation>서버가 안전하지 않은 주소를 가리켜요</translation>
    </message>
    <message>
        <source>the server points from address to address</source>
        <translation>서버가 주소를 계속 돌려요</translation>
    </message>
    <message>
        <source>another file of that name lies there already</source>
        <translation>같은 이름의 다른 파일이 이미 있어요</translation>
    </message>
    <message>
        <source>the server ended the connection</source>
        <translation>서버가 연결을 끊었어요</translation>
    </message>
    <message>
        <source>a web page came instead; a network that wants a login does that</source>
        <translation>파일 대신 웹 페이지가 왔어요. 로그인이 필요한 네트워크일 수 있어요</translation>
    </message>
    <message>
        <source>the server does not say how large it is</source>
        <translation>서버가 크기를 알려 주지 않아요</translation>
    </message>
    <message>
        <source>the server has a file of another size</source>
        <translation>서버의 파일 크기가 달라요</translation>
    </message>
    <message>
        <source>the server sent another part than was asked for</source>
        <translation>서버가 요청과 다른 부분을 보냈어요</translation>
    </message>
    <message>
        <source>a part of its path is empty</source>
        <translation>경로의 일부가 비어 있어요</translation>
    </message>
    <message>
        <source>it would lie outside the folder for models</source>
        <translation>모델 폴더 밖에 놓이게 돼요</translation>
    </message>
    <message>
        <source>it has a character that no file name should have</source>
        <translation>파일 이름에 쓸 수 없는 글자가 있어요</translation>
    </message>
    <message>
        <source>Windows keeps this name for itself</source>
        <translation>Windows가 따로 쓰는 이름이에요</translation>
    </message>
    <message>
        <source>it begins or ends with a space or ends with a dot</source>
        <translation>빈칸으로 시작하거나 끝나거나, 점으로 끝나요</translation>
    </message>
    <message>
        <source>ChatApp gives such names to files of its own</source>
        <translation>ChatApp이 자기 파일에 쓰는 이름이에요</translation>
    </message>
    <message>
        <source>it is too long</source>
        <translation>너무 길어요</translation>
    </message>
    <message>
        <source>another file lies there whose name differs only in small and capital letters</source>
        <translation>대소문자만 다른 파일이 이미 있어요</translation>
    </message>
    <message>
        <source>a folder or something else that is no file lies there</source>
        <translation>그 자리에 폴더나 파일이 아닌 것이 있어요</translation>
    </message>
    <message>
        <source>A picture of so many tokens would be too large; SVG has no limit</source>
        <translation>토큰이 너무 많아 그림이 너무 커져요. SVG는 제한이 없어요</translation>
    </message>
    <message>
        <source>Two to {most} texts can be compared, of at most {tokens} tokens each</source>
        <translation>각각 최대 {tokens}토큰인 글을 두 개에서 {most}개까지 비교할 수 있어요</translation>
    </message>
    <message>
        <source>Step by step reads at most {most} tokens, and {count} stand here. Choose an earlier token, or an example</source>
        <translation>단계별 보기는 최대 {most}토큰까지 읽는데 여기에는 {count}개가 있어요. 더 앞의 토큰이나 예문을 고르세요</translation>
    </message>
    <message>
        <source>Layers are numbered 0 to {high}</source>
        <translation>층 번호는 0부터 {high}까지예요</translation>
    </message>
    <message>
        <source>Heads are numbered 0 to {high}</source>
        <translation>헤드 번호는 0부터 {high}까지예요</translation>
    </message>
    <message>
        <source>this layer has another kind of memory. Choose another layer</source>
        <translation>이 층에는 다른 종류의 기억이 있어요. 다른 층을 고르세요</translation>
    </message>
    <message>
        <source>Step by step reads the model without adapters. Take them off first</source>
        <translation>단계별 보기는 어댑터 없이 모델을 읽어요. 먼저 어댑터를 빼세요</translation>
    </message>
    <message>
        <source>not recomputed: “{architecture}” models may use another formula here</source>
        <translation>다시 계산하지 않음: “{architecture}” 모델은 여기서 다른 식을 쓸 수 있어요</translation>
    </message>
    <message>
        <source>not recomputed: this model computes it in another way</source>
        <translation>다시 계산하지 않음: 이 모델은 다른 방법으로 계산해요</translation>
    </message>
    <message>
        <source>scale, mask and softmax are one node in llama.cpp: compare the next step</source>
        <translation>llama.cpp에서는 스케일, 마스크, 소프트맥스가 한 노드예요. 다음 단계와 비교하세요</translation>
    </message>
    <message>
        <source>not recomputed: the weights of this model lie in several files</source>
        <translation>다시 계산하지 않음: 이 모델의 가중치가 여러 파일에 나뉘어 있어요</translation>
    </message>
    <message>
        <source>not recomputed: the positions are stretched (YaRN) or of several dimensions</source>
        <translation>다시 계산하지 않음: 위치가 늘어나 있거나(YaRN) 여러 차원이에요</translation>
    </message>
    <message>
        <source>not recomputed: the scores are capped or biased by distance in this model</source>
        <translation>다시 계산하지 않음: 이 모델은 점수에 상한이나 거리 편향이 있어요</translation>
    </message>
    <message>
        <source>The KV type is one of {choices}</source>
        <translation>KV 종류는 다음 중 하나예요: {choices}</translation>
    </message>
    <message>
        <source>The distributions of {count} tokens cannot be asked for at once</source>
        <translation>토큰 {count}개의 분포를 한 번에 물을 수 없어요</translation>
    </message>
    <message>
        <source>only HTTP and SOCKS5 proxies can be used</source>
        <translation>HTTP와 SOCKS5 프록시만 쓸 수 있어요</translation>
    </message>
    <message>
        <source>the proxy does not accept the user name or the password</source>
        <translation>프록시가 사용자 이름이나 비밀번호를 받아들이지 않아요</translation>
    </message>
    <message>
        <source>the proxy does not allow it</source>
        <translation>프록시가 허용하지 않아요</translation>
    </message>
    <message>
        <source>the proxy does not speak SOCKS5</source>
        <translation>프록시가 SOCKS5를 쓰지 않아요</translation>
    </message>
    <message>
        <source>its answer is too long</source>
        <translation>응답이 너무 길어요</translation>
    </message>
    <message>
        <source>no keyring runs here</source>
        <translation>실행 중인 키링이 없어요</translation>
    </message>
    <message>
        <source>it is locked</source>
        <translation>잠겨 있어요</translation>
    </message>
    <message>
        <source>it must be an address such as {example}</source>
        <translation>{example} 같은 주소여야 해요</translation>
    </message>
    <message>
        <source>it must begin with https://</source>
        <translation>https://로 시작해야 해요</translation>
    </message>
    <message>
        <source>it must not have a user name, a question mark or a number sign</source>
        <translation>사용자 이름, 물음표, 우물 정(#)이 없어야 해요</translation>
    </message>
    <message>
        <source>only HTTP and SOCKS5 proxies can be used: http://… or socks5://…</source>
        <translation>HTTP와 SOCKS5 프록시만 쓸 수 있어요: http://… 또는 socks5://…</translation>
    </message>
    <message>
        <source>it must be the whole path of a folder</source>
        <translation>폴더의 전체 경로여야 해요</translation>
    </message>
    <message>
        <source>Two models can be compared on at most {most} tokens, and {count} stand here. Choose an earlier message</source>
        <translation>두 모델은 최대 {most}토큰까지 비교할 수 있는데 여기에는 {count}개가 있어요. 더 앞의 메시지를 고르세요</translation>
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
        <source>Look for new versions</source>
        <translation>새 버전 확인</translation>
    </message>
    <message>
        <source>Once a day ChatApp reads the public list of its versions and tells you of a newer one. Nothing about you is sent, and nothing is downloaded.</source>
        <translation>하루에 한 번 공개된 버전 목록을 읽고 새 버전이 있으면 알려 드려요. 사용자에 대한 것은 보내지 않고, 아무것도 내려받지 않아요.</translation>
    </message>
    <message>
        <source>Once a day</source>
        <translation>하루에 한 번</translation>
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
        <source>Guess repeated text</source>
        <translation>되풀이되는 글 추측하기</translation>
    </message>
    <message>
        <source>Guesses the next words from where the last ones stood in the conversation before, and lets the model check several at once. Answers that repeat a text, such as changed code, come faster, others as fast as without. Every word is still the model&apos;s own choice.</source>
        <translation>방금 쓴 말이 앞에서 나온 곳을 찾아 다음 말을 추측하고, 모델이 여러 개를 한 번에 확인하게 해요. 고친 코드처럼 글을 되풀이하는 답은 빨라지고, 다른 답은 그대로예요. 모든 말은 여전히 모델이 고른 거예요.</translation>
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
        <source>Record attention while chatting</source>
        <translation>대화하면서 어텐션 기록하기</translation>
    </message>
    <message>
        <source>Keeps what is needed to show, for every word of a reply, where the model looked when it wrote it. It needs flash attention and some memory, and takes next to no time.</source>
        <translation>답의 말마다 모델이 쓸 때 어디를 보았는지 보여 주는 데 필요한 것을 남겨 둬요. 플래시 어텐션과 약간의 메모리가 필요하고, 시간은 거의 들지 않아요.</translation>
    </message>
    <message>
        <source>Memory for recorded attention</source>
        <translation>어텐션 기록용 메모리</translation>
    </message>
    <message>
        <source>At most this much memory, in MiB, is taken by the record; the oldest tokens are given up first. Automatic is a tenth of the free memory, at most 1024 MiB.</source>
        <translation>기록에 쓸 최대 메모리(MiB)예요. 오래된 토큰부터 버려요. 자동은 남은 메모리의 10분의 1, 최대 1024 MiB예요.</translation>
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
        <source>Download folder</source>
        <translation>내려받을 폴더</translation>
    </message>
    <message>
        <source>Where downloaded models go from now on, for example on a larger disk. What is there already stays where it is. Each model gets a folder of its own below it.</source>
        <translation>이제부터 내려받는 모델이 들어갈 곳이에요. 더 큰 디스크로 정할 수 있어요. 이미 있는 것은 그대로 있고, 모델마다 그 아래에 폴더가 생겨요.</translation>
    </message>
    <message>
        <source>Downloads at the same time</source>
        <translation>동시에 내려받기</translation>
    </message>
    <message>
        <source>One after the other, the first model is ready soonest. More can help when each is slow for itself.</source>
        <translation>하나씩 받으면 첫 모델을 가장 빨리 쓸 수 있어요. 하나하나가 느릴 때는 여러 개가 나을 수 있어요.</translation>
    </message>
    <message>
        <source>Speed limit in kB/s</source>
        <translation>속도 제한 (kB/s)</translation>
    </message>
    <message>
        <source>All downloads together take at most this much, so that others in your network can go on working. It changes at once, also for what is running.</source>
        <translation>모든 내려받기를 합쳐 이만큼만 써요. 같은 네트워크의 다른 사람도 일할 수 있게요. 받는 중인 것에도 바로 적용돼요.</translation>
    </message>
    <message>
        <source>Offline mode</source>
        <translation>오프라인 모드</translation>
    </message>
    <message>
        <source>ChatApp then uses the network for nothing at all. Models on this computer work as always; downloads wait.</source>
        <translation>ChatApp이 네트워크를 전혀 쓰지 않아요. 이 컴퓨터의 모델은 그대로 쓸 수 있고, 내려받기는 기다려요.</translation>
    </message>
    <message>
        <source>Model hub</source>
        <translation>모델 허브</translation>
    </message>
    <message>
        <source>Where models are searched and downloaded. Leave it empty for huggingface.co, or enter the address of a mirror, for example of your company.</source>
        <translation>모델을 찾고 내려받는 곳이에요. 비워 두면 huggingface.co이고, 회사의 미러 같은 다른 주소를 넣을 수 있어요.</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>프록시</translation>
    </message>
    <message>
        <source>Some networks reach the internet only through a proxy. Your administrator knows its address.</source>
        <translation>프록시를 거쳐야만 인터넷에 닿는 네트워크가 있어요. 주소는 관리자에게 물어보세요.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>At the address below</source>
        <translation>아래 주소로</translation>
    </message>
    <message>
        <source>Address of the proxy</source>
        <translation>프록시 주소</translation>
    </message>
    <message>
        <source>For example http://proxy.example:8080 or socks5://127.0.0.1:9050. A password in it is kept in the settings file, where other programs of yours can read it.</source>
        <translation>예: http://proxy.example:8080 또는 socks5://127.0.0.1:9050. 여기에 쓴 비밀번호는 설정 파일에 남아 다른 프로그램이 읽을 수 있어요.</translation>
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
        <source>General</source>
        <translation>일반</translation>
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
        <source>Downloads</source>
        <translation>내려받기</translation>
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
<context>
    <name>token search</name>
    <message>
        <source>“{part}” needs a number, as in {name} {sign} {example}.</source>
        <translation>“{part}”에는 숫자가 필요해요. 예: {name} {sign} {example}</translation>
    </message>
    <message>
        <source>“{name}” is not a number of a token; use p, surprisal, entropy, rank or id.</source>
        <translation>“{name}”은 토큰의 수치가 아니에요. p, surprisal, entropy, rank, id를 쓰세요.</translation>
    </message>
</context>
</TS>
