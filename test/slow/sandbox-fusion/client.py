"""Calls a server with the package sandbox-fusion, unchanged, and prints what came back as JSON."""

import asyncio, base64, json, sys

from sandbox_fusion import (
    GetPromptByIdRequest,
    GetPromptsRequest,
    RunCodeRequest,
    SubmitRequest,
    SummaryMapping,
    TestConfig,
    get_prompt_by_id,
    get_prompts,
    run_code,
    run_code_async,
    run_concurrent,
    set_endpoint,
    submit,
    submit_safe,
    summary_run_code_result,
)

set_endpoint(sys.argv[1])
text = lambda value: base64.b64encode(value.encode()).decode()


def run(code, language='python', **more):
    return run_code(RunCodeRequest(code=code, language=language, **more), max_attempts=1, client_timeout=60)


def shown(response):
    mapping = SummaryMapping(RunTimeout='timeout', RunFailed='failed', CompileFailed='compile')
    return [response.status.value, summary_run_code_result(response, mapping), response.run_result.stdout]


files = run(
    'open("out.txt", "w").write(open("in.txt").read() * 2)', files={'in.txt': text('ab')}, fetch_files=['out.txt']
)
requests = [RunCodeRequest(code=f'print({n} ** 2)', language='python', run_timeout=20) for n in range(100)]
many = run_concurrent(run_code, args=[[request] for request in requests], concurrency=32)
config = TestConfig()
completion = '```python\ndef add(a, b):\n    return a + b\n```'
good = submit(SubmitRequest(dataset='mbpp', id=2, completion=completion, config=config), max_attempts=1)
bad = submit_safe(SubmitRequest(dataset='mbpp', id=2, completion='```python\nimport os\nos._exit(0)\n```', config=config))
print(
    json.dumps(
        {
            'python': shown(run('print(input())', stdin='hello')),
            'nodejs': shown(run('console.log(6 * 7)', 'nodejs')),
            'failed': shown(run('1 / 0')),
            'timeout': shown(run('print(1, flush=True)\nwhile True: pass', run_timeout=0.5)),
            'files': files.files,
            'async': shown(asyncio.run(run_code_async(requests[9], max_attempts=1))),
            'many': [each.run_result.stdout.strip() for each in many] == [str(n * n) for n in range(100)],
            'prompts': [each.id for each in get_prompts(GetPromptsRequest(dataset='mbpp', config=config))],
            'prompt': get_prompt_by_id(GetPromptByIdRequest(dataset='mbpp', config=config, id=2)).prompt,
            'good': [good.accepted, good.extracted_type, [each.passed for each in good.tests]],
            'bad': bad.accepted,
        }
    )
)
