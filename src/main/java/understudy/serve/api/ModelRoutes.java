package understudy.serve.api;

import io.javalin.http.Context;
import java.util.List;
import java.util.Locale;
import understudy.reply.Completer;
import understudy.serve.http.Route;
import understudy.serve.wire.Field;
import understudy.serve.wire.Fields;

/// `GET /v1/models`: what can be asked.
final class ModelRoutes {
    private final Writing writing;

    ModelRoutes(Writing writing) {
        this.writing = writing;
    }

    @Field("The models.")
    record ModelList(
            @Field(value = "The kind of object.", choices = "list") String object,
            @Field("The models, the default first.") List<Model> data) {}

    @Field("A model.")
    record Model(
            @Field("Its name in requests.") String id,
            @Field(value = "The kind of object.", choices = "model") String object,
            @Field("Seconds since 1970.") long created,
            @Field("Always `understudy`.") String ownedBy,
            @Field(
                            value =
                                    "`run`: what a run learned; `base`: a base model alone;"
                                            + " `upstream`: a model of another server.",
                            choices = {"run", "base", "upstream"})
                    String kind,
            @Field("Tokens of prompt and answer together.") int contextLength) {
        static Model of(Completer.ModelInfo info) {
            return new Model(
                    info.id(),
                    "model",
                    info.created(),
                    "understudy",
                    info.kind().name().toLowerCase(Locale.ROOT),
                    info.context());
        }
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/models", "listModels")
                        .tag("OpenAI")
                        .says("List the models", "The first is the default.")
                        .answer(Route.Answer.json(200, "The models.", ModelList.class))
                        .handler(this::list),
                Route.get("/v1/models/<id>", "retrieveModel")
                        .tag("OpenAI")
                        .says("One model", "")
                        .parameter("id", "Its name; slashes may stand as they are.")
                        .answer(Route.Answer.json(200, "The model.", Model.class))
                        .answer(Route.Answer.error(404, "There is no such model."))
                        .handler(this::one));
    }

    private void list(Context context) {
        List<Model> all = writing.completer().models().stream().map(Model::of).toList();
        answer(context, new ModelList("list", all));
    }

    private void one(Context context) {
        answer(context, Model.of(writing.model(context.pathParam("id"))));
    }

    private static void answer(Context context, Record body) {
        context.result(Fields.mapper().writeValueAsString(body));
    }
}
