-- Two runs in a database in the shape of the API server of Kubeflow Pipelines 3: the tables that an import reads.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE experiments (
	"UUID" VARCHAR(191) NOT NULL, 
	"Name" VARCHAR(128), 
	"Description" TEXT, 
	"CreatedAtInSec" BIGINT, 
	"Namespace" VARCHAR(63), 
	"LastRunCreatedAtInSec" BIGINT, 
	"StorageState" VARCHAR(128), 
	PRIMARY KEY ("UUID")
);
INSERT INTO experiments VALUES('e-1','nightly','',1,'team-a',NULL,NULL);
CREATE TABLE pipelines (
	"UUID" VARCHAR(64) NOT NULL, 
	"CreatedAtInSec" BIGINT, 
	"Name" VARCHAR(128), 
	"DisplayName" VARCHAR(128), 
	"Namespace" VARCHAR(128), 
	PRIMARY KEY ("UUID")
);
CREATE TABLE pipeline_versions (
	"UUID" VARCHAR(191) NOT NULL, 
	"Name" VARCHAR(128), 
	"PipelineId" VARCHAR(191), 
	"PipelineSpec" TEXT, 
	PRIMARY KEY ("UUID")
);
CREATE TABLE jobs (
	"UUID" VARCHAR(191) NOT NULL, 
	"DisplayName" VARCHAR(128), 
	PRIMARY KEY ("UUID")
);
CREATE TABLE db_statuses (
	"HaveSamplesLoaded" BOOLEAN
);
CREATE TABLE run_details (
	"UUID" VARCHAR(191) NOT NULL, 
	"DisplayName" VARCHAR(128), 
	"Name" VARCHAR(128), 
	"Description" TEXT, 
	"Namespace" VARCHAR(63), 
	"ExperimentUUID" VARCHAR(64), 
	"JobUUID" VARCHAR(191), 
	"StorageState" VARCHAR(128), 
	"ServiceAccount" VARCHAR(128), 
	"PipelineId" VARCHAR(191), 
	"PipelineVersionId" VARCHAR(191), 
	"PipelineName" VARCHAR(128), 
	"PipelineSpecManifest" TEXT, 
	"WorkflowSpecManifest" TEXT, 
	"Parameters" TEXT, 
	"RuntimeParameters" TEXT, 
	"PipelineRoot" TEXT, 
	"CreatedAtInSec" BIGINT, 
	"ScheduledAtInSec" BIGINT, 
	"FinishedAtInSec" BIGINT, 
	"Conditions" VARCHAR(125), 
	"State" VARCHAR(128), 
	"StateHistory" TEXT, 
	"PipelineContextId" BIGINT, 
	"PipelineRunContextId" BIGINT, 
	PRIMARY KEY ("UUID")
);
INSERT INTO run_details VALUES('11111111-aaaa-4aaa-8aaa-000000000001','run 11111111-aaaa-4aaa-8aaa-000000000001','11111111-aaaa-4aaa-8aaa-000000000001','the first','team-a','e-1','job-1','AVAILABLE','pipeline-runner',NULL,NULL,NULL,replace('components: {}\npipelineInfo:\n  description: what\n  name: churn\nroot: {}\n','\n',char(10)),NULL,NULL,'{"seed": 7}','minio://artifacts/v2',1780000000,0,1780000060,'Succeeded','SUCCEEDED',NULL,NULL,NULL);
INSERT INTO run_details VALUES('22222222-aaaa-4aaa-8aaa-000000000002','run 22222222-aaaa-4aaa-8aaa-000000000002','22222222-aaaa-4aaa-8aaa-000000000002',NULL,'team-a','e-1',NULL,'AVAILABLE',NULL,NULL,NULL,NULL,replace('components: {}\npipelineInfo:\n  description: what\n  name: churn\nroot: {}\n','\n',char(10)),NULL,NULL,'{"seed": 7}','minio://artifacts/v2',1780003600,0,0,'Succeeded','RUNNING',NULL,NULL,NULL);
CREATE TABLE run_metrics (
	"RunUUID" VARCHAR(191), 
	"NodeID" VARCHAR(191), 
	"Name" VARCHAR(191), 
	"NumberValue" FLOAT, 
	"Format" VARCHAR(128)
);
CREATE TABLE tasks (
	"UUID" VARCHAR(191) NOT NULL, 
	"Namespace" VARCHAR(63), 
	"RunUUID" VARCHAR(191), 
	pods JSON, 
	"CreatedAtInSec" BIGINT, 
	"StartedInSec" BIGINT, 
	"FinishedInSec" BIGINT, 
	"Fingerprint" VARCHAR(255), 
	"Name" VARCHAR(128), 
	"DisplayName" VARCHAR(128), 
	"ParentTaskUUID" VARCHAR(191), 
	"State" INTEGER, 
	"StatusMetadata" JSON, 
	"StateHistory" JSON, 
	"InputParameters" JSON, 
	"OutputParameters" JSON, 
	"Type" INTEGER, 
	"TypeAttrs" JSON, 
	"ScopePath" TEXT, 
	"LogicalKey" VARCHAR(64), 
	PRIMARY KEY ("UUID")
);
INSERT INTO tasks VALUES('t-root','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,1780000030,'','ROOT','ROOT',NULL,2,NULL,'[]','[{"parameterKey": "seed", "value": 7, "type": "RUNTIME_VALUE_INPUT"}]',NULL,1,'{}','root.ROOT',NULL);
INSERT INTO tasks VALUES('t-import','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,1780000030,'','pre','pre','t-root',2,NULL,'[]',NULL,NULL,7,'{}','root.pre',NULL);
INSERT INTO tasks VALUES('t-prepare','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[{"name": "churn-driver", "uid": "u-0", "type": "DRIVER"}, {"name": "churn-impl", "uid": "u-1", "type": "EXECUTOR"}]',1780000001,1780000002,1780000030,'fp-1','prepare','prepare','t-root',2,NULL,'[]','[{"parameterKey": "rows", "value": 10, "type": "RUNTIME_VALUE_INPUT"}, {"parameterKey": "names", "value": ["a", {"b": null}], "type": "RUNTIME_VALUE_INPUT"}]','[{"parameterKey": "classes", "value": 3, "type": "RUNTIME_VALUE_INPUT"}]',2,'{}','root.prepare',NULL);
INSERT INTO tasks VALUES('t-loop','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,1780000030,'','for-rates','for-rates','t-root',2,NULL,'[]',NULL,NULL,5,'{"iterationCount": "2"}','root.for-rates',NULL);
INSERT INTO tasks VALUES('t-train-0','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,1780000030,'','train','train','t-loop',2,NULL,'[]',NULL,NULL,2,'{"iterationIndex": "0"}','root.train',NULL);
INSERT INTO tasks VALUES('t-train-1','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,1780000030,'','train','train','t-loop',2,NULL,'[]',NULL,NULL,2,'{"iterationIndex": "1"}','root.train',NULL);
INSERT INTO tasks VALUES('t-branch','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,1780000030,'','condition-branches-1','condition-branches-1','t-root',2,NULL,'[]',NULL,NULL,3,'{}','root.condition-branches-1',NULL);
INSERT INTO tasks VALUES('t-if','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,0,'','condition-2','condition-2','t-branch',3,NULL,'[]',NULL,NULL,4,'{}','root.condition-2',NULL);
INSERT INTO tasks VALUES('t-report','team-a','11111111-aaaa-4aaa-8aaa-000000000001','[]',1780000001,1780000002,1780000030,'','report','report','t-root',4,'{"message": "exit code 137: OOMKilled"}','[]',NULL,NULL,2,'{}','root.report',NULL);
INSERT INTO tasks VALUES('u-root','team-a','22222222-aaaa-4aaa-8aaa-000000000002','[]',1780000001,1780000002,0,'','ROOT','ROOT',NULL,1,NULL,'[]',NULL,NULL,1,'{}','root.ROOT',NULL);
INSERT INTO tasks VALUES('u-prepare','team-a','22222222-aaaa-4aaa-8aaa-000000000002','[]',1780000001,1780000002,1780000030,'fp-1','prepare','prepare','u-root',5,NULL,'[]',NULL,NULL,2,'{}','root.prepare',NULL);
INSERT INTO tasks VALUES('u-train','team-a','22222222-aaaa-4aaa-8aaa-000000000002','[]',1780000001,1780000002,0,'','train','train','u-root',1,NULL,'[]',NULL,NULL,2,'{}','root.train',NULL);
CREATE TABLE artifacts (
	"UUID" VARCHAR(191) NOT NULL, 
	"Namespace" VARCHAR(63), 
	"Type" INTEGER, 
	"URI" VARCHAR(2048), 
	"URIHash" VARCHAR(64), 
	"Name" VARCHAR(128), 
	"Description" TEXT, 
	"CreatedAtInSec" BIGINT, 
	"LastUpdateInSec" BIGINT, 
	"Metadata" JSON, 
	"NumberValue" FLOAT, 
	"IdentityKey" VARCHAR(64), 
	PRIMARY KEY ("UUID")
);
INSERT INTO artifacts VALUES('a-model-0','team-a',2,'minio://artifacts/a-model-0',NULL,'model',NULL,1780000020,1780000020,'{"framework": "forest"}',NULL,NULL);
INSERT INTO artifacts VALUES('a-model-1','team-a',2,'minio://artifacts/a-model-1',NULL,'model',NULL,1780000020,1780000020,'{"framework": "forest"}',NULL,NULL);
INSERT INTO artifacts VALUES('a-base','team-a',2,'s3://shared/base',NULL,'base',NULL,1780000020,1780000020,'{"revision": 3, "lfs": true}',NULL,NULL);
INSERT INTO artifacts VALUES('a-data','team-a',3,'minio://artifacts/a-data',NULL,'training_set','who leaves',1780000020,1780000020,'{"rows": 10, "header": true, "origin": {"bucket": "raw"}, "columns": ["a", "\u00fc"], "nothing": null}',NULL,NULL);
INSERT INTO artifacts VALUES('a-accuracy','team-a',6,NULL,NULL,'accuracy',NULL,1780000020,1780000020,'{"accuracy": 0.9}',0.9000000000000000222,NULL);
INSERT INTO artifacts VALUES('a-loss','team-a',6,NULL,NULL,'loss',NULL,1780000020,1780000020,'{"loss": 0.25}',0.25,NULL);
CREATE TABLE artifact_tasks (
	"UUID" VARCHAR(191) NOT NULL, 
	"ArtifactID" VARCHAR(191), 
	"TaskID" VARCHAR(191), 
	"Type" INTEGER, 
	"Iteration" BIGINT, 
	"RunUUID" VARCHAR(191), 
	"Producer" JSON, 
	"ArtifactKey" VARCHAR(191), 
	PRIMARY KEY ("UUID")
);
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-1','a-data','t-train-0',2,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'data');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-2','a-model-0','t-train-0',8,0,'11111111-aaaa-4aaa-8aaa-000000000001','{"taskName": "train", "iteration": "0"}','model');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-3','a-data','t-train-1',2,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'data');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-4','a-model-1','t-train-1',8,1,'11111111-aaaa-4aaa-8aaa-000000000001','{"taskName": "train", "iteration": "1"}','model');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-5','a-base','t-import',9,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'artifact');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-6','a-base','t-prepare',2,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'base');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-7','a-data','t-prepare',9,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'training_set');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-8','a-accuracy','t-prepare',9,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'metrics');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-9','a-loss','t-prepare',9,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'metrics');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-10','a-model-0','t-report',5,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'models');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-11','a-model-1','t-report',5,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'models');
INSERT INTO artifact_tasks VALUES('link-11111111-aaaa-4aaa-8aaa-000000000001-12','a-data','t-report',2,-1,'11111111-aaaa-4aaa-8aaa-000000000001',NULL,'data');
INSERT INTO artifact_tasks VALUES('link-22222222-aaaa-4aaa-8aaa-000000000002-13','a-data','u-prepare',9,-1,'22222222-aaaa-4aaa-8aaa-000000000002',NULL,'training_set');
INSERT INTO artifact_tasks VALUES('link-22222222-aaaa-4aaa-8aaa-000000000002-14','a-data','u-train',2,-1,'22222222-aaaa-4aaa-8aaa-000000000002',NULL,'data');
COMMIT;
