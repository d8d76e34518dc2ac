"""Everything the window can ask for, made in the right order and ended in the reverse one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from PySide6.QtCore import QObject

from chatapp.paths import Paths
from chatapp.services.attention import AttentionService
from chatapp.services.chat import ChatService
from chatapp.services.context import ContextService
from chatapp.services.conversations import ConversationsService
from chatapp.services.downloads import DownloadService
from chatapp.services.engine_process import EngineService
from chatapp.services.explorer import ExplorerService
from chatapp.services.hub_access import HubAccess
from chatapp.services.hub_calls import HubCalls
from chatapp.services.hub_repository import HubRepository
from chatapp.services.hub_search import HubSearch
from chatapp.services.inspector import InspectorService
from chatapp.services.larger_context import LargerContext
from chatapp.services.library import LibraryService
from chatapp.services.library_jobs import LibraryJobs
from chatapp.services.lookahead import LookaheadService
from chatapp.services.model_compare import ModelCompareService
from chatapp.services.models import ModelsService
from chatapp.services.next_tokens import NextTokens
from chatapp.services.notices import Notices
from chatapp.services.presets import PresetsService
from chatapp.services.prompt_scores import PromptScores
from chatapp.services.questions import Questions
from chatapp.services.settings import SettingsService
from chatapp.services.storage import StorageService
from chatapp.services.tasks import Tasks
from chatapp.services.text_score import TextScoreService
from chatapp.services.traces import TracesService
from chatapp.services.updates import UpdateService
from chatapp.services.verification import VerificationService
from chatapp.services.vocabulary import VocabularyService
from chatapp.settings import schema
from chatapp.settings.file import Settings

_WORKERS = 2


@dataclass(slots=True)
class Services:
    """The services; `create` makes them, `close` ends threads and the worker and writes what waits."""

    paths: Paths
    settings: SettingsService
    notices: Notices
    tasks: Tasks
    storage: StorageService
    engine: EngineService
    conversations: ConversationsService
    chat: ChatService
    models: ModelsService
    context: ContextService
    larger_context: LargerContext
    presets: PresetsService
    questions: Questions
    prompt_scores: PromptScores
    inspector: InspectorService
    traces: TracesService
    vocabulary: VocabularyService
    explorer: ExplorerService
    lookahead: LookaheadService
    text_score: TextScoreService
    attention: AttentionService
    verification: VerificationService
    model_compare: ModelCompareService
    hub: HubAccess
    downloads: DownloadService
    hub_calls: HubCalls
    hub_search: HubSearch
    hub_repository: HubRepository
    library: LibraryService
    library_jobs: LibraryJobs
    updates: UpdateService

    @classmethod
    def create(cls, paths: Paths, settings: Settings, *, fake_engine: bool, parent: QObject | None = None) -> Self:
        """Open the database and make everything; raise `StorageError` when the data cannot be used."""
        notices = Notices(parent)
        storage = StorageService(paths.database, notices, parent)
        settings_service = SettingsService(settings, notices, parent)
        tasks = Tasks("tasks", _WORKERS, parent)
        engine = EngineService(fake=fake_engine, parent=parent)
        conversations = ConversationsService(storage, notices, parent)
        questions = Questions(engine, parent)
        vocabulary = VocabularyService(engine, questions, tasks, parent)
        chat = ChatService(storage, conversations, engine, settings_service, notices, vocabulary, parent)
        context = ContextService(chat, engine, parent)
        library = LibraryService(paths, settings_service, engine, tasks, notices, parent)
        models = ModelsService(library, settings_service, engine, tasks, notices, parent)
        library_jobs = LibraryJobs(library, engine, paths, parent)
        larger_context = LargerContext(chat, models, engine, parent)
        presets = PresetsService(paths.presets, engine, notices, parent)
        prompt_scores = PromptScores(chat, engine, questions, storage, parent)
        inspector = InspectorService(chat, engine, prompt_scores, storage, parent)
        next_tokens = NextTokens(questions, tasks, parent)
        explorer = ExplorerService(chat, engine, inspector, vocabulary, next_tokens, parent)
        lookahead = LookaheadService(explorer, questions, parent)
        text_score = TextScoreService(chat, engine, questions, tasks, parent)
        attention = AttentionService(chat, engine, inspector, questions, vocabulary, tasks, parent)
        verification = VerificationService(attention, engine, inspector, questions, tasks, parent)
        model_compare = ModelCompareService(engine, models, inspector, questions, vocabulary, tasks, parent)
        traces = TracesService(chat, prompt_scores, storage, parent)
        hub = HubAccess(settings_service, parent)
        downloads = DownloadService(paths, settings_service, hub, notices, parent)
        downloads.finished.connect(lambda _path: models.refresh())
        downloads.chat_requested.connect(models.choose)
        hub_calls = HubCalls(hub, parent)
        hub_search = HubSearch(hub, hub_calls, models, engine, tasks, parent)
        hub_repository = HubRepository(hub, hub_calls, models, engine, tasks, parent)
        updates = UpdateService(settings_service, conversations, notices, parent)
        return cls(
            paths, settings_service, notices, tasks, storage, engine, conversations, chat, models, context,
            larger_context, presets, questions, prompt_scores, inspector, traces, vocabulary, explorer, lookahead,
            text_score, attention, verification, model_compare, hub, downloads, hub_calls, hub_search,
            hub_repository, library, library_jobs, updates,
        )  # fmt: skip

    def start(self, model: str | None = None) -> None:
        """Open the last conversation, list the models and load one."""
        last = self.settings.get(schema.LAST_CONVERSATION)
        if last is not None and any(summary.id == last for summary in self.conversations.summaries()):
            self.chat.open(last)
        self.models.refresh()
        if model:
            self.models.choose(str(Path(model).absolute()))
        else:
            self.models.open_last()
        self.hub.start()
        self.downloads.start()
        self.library_jobs.start()
        self.updates.start()

    def close(self) -> bool:
        """End everything; False when something could not be saved."""
        self.explorer.set_active(False)
        self.attention.set_active(False)
        self.downloads.close()
        self.updates.close()
        self.hub.close()
        self.hub_search.close()
        self.hub_calls.close()
        self.chat.close()
        self.model_compare.close()
        self.engine.close()
        self.context.close()
        self.models.close()
        self.settings.close()
        self.library_jobs.close()
        self.library.close()
        self.tasks.close()
        return self.storage.close()
